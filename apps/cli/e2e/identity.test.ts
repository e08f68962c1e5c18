import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cliFile, runCli } from './support/cli.js';

let home: string;
let upstream: Upstream;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'wemasy-cli-identity-'));
  upstream = await startUpstream((_, response) =>
    sendJson(response, 200, { error: false, message: 'Order synced.', data: [] }),
  );
});
afterEach(async () => {
  await upstream.close();
  rmSync(home, { recursive: true, force: true });
});

const settings = () => ({ WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: 'token' });

describe('the built command line, started by clients that pass on different variables', () => {
  it('uses one journal', async () => {
    const exitCodes: (number | null)[] = [];
    for (const variables of [
      {},
      { HOME: '', XDG_STATE_HOME: 'relative' },
      { HOME: '/elsewhere', XDG_STATE_HOME: '/elsewhere' },
      { LOCALAPPDATA: 'C:\\redirected', USERPROFILE: 'C:\\redirected' },
    ]) {
      const ended = await runCli(['sync', '42'], { ...settings(), ...variables, ...withHome(home) });
      exitCodes.push(ended.exitCode);
    }
    expect(exitCodes).toEqual([0, 0, 0, 0]);
    expect(upstream.requests).toHaveLength(1);
  });

  it('sends nothing where the journal is another one, and says what to do', async () => {
    const environment = { ...settings(), ...withHome(home) };
    await runCli(['sync', '42'], environment);
    const elsewhere = { ...environment, WEMASY_STATE: join(home, 'elsewhere') };
    const refused = await runCli(['sync', '42'], elsewhere);
    expect(refused.exitCode).toBe(2);
    expect(`${refused.stdout}${refused.stderr}`).toContain('wemasy-orders journal use');
    expect(upstream.requests).toHaveLength(1);
    expect((await runCli(['journal', 'use'], elsewhere)).exitCode).toBe(0);
    expect((await runCli(['sync', '43'], elsewhere)).exitCode).toBe(0);
  });
});

describe.runIf(process.getuid?.() === 0)('a user without an entry in the user database', () => {
  it('is asked for a place, and can use one', async () => {
    // Readable for that user, wherever the workspace is.
    cpSync(dirname(cliFile), join(home, 'cli'), { recursive: true });
    chmodSync(home, 0o777);
    const run = async (environment: Record<string, string>) => {
      const child = spawn(process.execPath, [join(home, 'cli', 'main.js'), 'sync', '42'], {
        env: { ...settings(), HOME: home, ...environment },
        cwd: home,
        uid: 54_321,
        gid: 54_321,
      });
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return `${out}${err}`;
    };
    expect(await run({})).toContain('WEMASY_STATE must be set to the absolute path of a folder');
    expect(upstream.requests).toHaveLength(0);
    expect(await run({ WEMASY_STATE: join(home, 'state') })).toContain('synced');
    expect(upstream.requests).toHaveLength(1);
  });
});
