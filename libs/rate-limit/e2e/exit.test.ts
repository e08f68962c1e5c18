import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

function run(...args: string[]) {
  const script = fileURLToPath(new URL('support/waiter.js', import.meta.url));
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', timeout: 20_000 });
}

test('a process that waits for a permit stays alive until it has one', () => {
  expect(run('wait')).toMatchObject({ stdout: 'waited', stderr: '', status: 0 });
});

test('a process with an idle limiter exits', () => {
  expect(run()).toMatchObject({ stdout: '', stderr: '', status: 0 });
});
