import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock, type Clock } from '../src/clock.js';
import { createFolderStore } from '../src/folder.js';
import { count } from '../src/testing/count.js';
import { readRecord } from '../src/testing/read-record.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wemasy-state-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(task: { folder?: string; times: number; signal?: 'SIGKILL' | 'SIGSTOP' }): ChildProcess {
  const script = fileURLToPath(new URL('support/folder-user.js', import.meta.url));
  return fork(script, [JSON.stringify({ folder, ...task })], { execArgv: [] });
}

test('four processes at once lose no update', async () => {
  const children = Array.from({ length: 4 }, () => start({ times: 150 }));
  const seen = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0]));
  const all: unknown[] = seen.flat();
  expect(new Set(all).size).toBe(600);
  expect(await readRecord(createFolderStore({ folder }), 'shared/count')).toEqual({ n: 600 });
});

test('a process that is killed while it holds the lock delays no other', async () => {
  const child = start({ times: 1, signal: 'SIGKILL' });
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  let waitedMs = 0;
  const clock: Clock = {
    ...systemClock,
    setTimer(fn, ms, options) {
      waitedMs += ms;
      return systemClock.setTimer(fn, ms, options);
    },
  };
  const store = createFolderStore({ folder, clock });
  expect(await store.update('shared/count', count)).toBe(1);
  expect(waitedMs).toBeLessThan(50);
});

test('processes that start at once create one folder', async () => {
  for (let round = 0; round < 10; round += 1) {
    const fresh = join(folder, 'not', 'there', String(round));
    const children = Array.from({ length: 3 }, () => start({ folder: fresh, times: 1 }));
    const seen = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0]));
    expect(seen.flat().sort()).toEqual([1, 2, 3]);
  }
});

test('a process that is suspended while it holds the lock loses it, and makes its update when it wakes', async () => {
  const child = start({ times: 1, signal: 'SIGSTOP' });
  while (readdirSync(folder, { recursive: true }).every((name) => !String(name).endsWith('.held'))) {
    await sleep(5);
  }
  // Two seconds are over in twenty milliseconds.
  const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 100 };
  const store = createFolderStore({ folder, clock });
  expect(await store.update('shared/count', count)).toBe(1);
  const answer = once(child, 'message');
  child.kill('SIGCONT');
  expect((await answer)[0]).toEqual([2]);
  expect(await readRecord(store, 'shared/count')).toEqual({ n: 2 });
});

test('processes that are killed at any moment leave a whole record and nothing else behind', async () => {
  const store = createFolderStore({ folder, onWarning: ({ message }) => expect.fail(message) });
  for (let round = 0; round < 10; round += 1) {
    const child = start({ times: 1_000_000 });
    const before = await store.update('shared/count', count);
    while ((await store.update('shared/count', count)) < before + 20) await sleep(5);
    await sleep(Math.random() * 5);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const next = createFolderStore({ folder, onWarning: ({ message }) => expect.fail(message) });
  for (let use = 1; use <= 2; use += 1) {
    expect(await next.update('shared/count', count)).toBeGreaterThan(200);
  }
  await Promise.all([store.close(), next.close()]);
  const locks = readdirSync(join(folder, '.locks'), { recursive: true }).map(String);
  expect(locks.filter((name) => name.includes('-'))).toEqual([]);
  expect(readdirSync(join(folder, 'shared'))).toEqual(['count.json']);
});
