import { operations } from '@wemasy-orders/client/operations';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderPage, sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { systemClock } from '@wemasy-orders/state';
import { hasRedis, type RedisServer, startRedis } from '@wemasy-orders/state/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Check, checksText, examine } from './doctor.js';
import { setUp } from './services.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

const canary = 'canary-token-5f2a';
let upstream: Upstream;
let folder: string;
let redis: RedisServer | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-doctor-'));
  upstream = await startUpstream((_, response) => sendJson(response, 200, orderPage([])));
  if (hasRedis) redis = await startRedis();
});
afterAll(async () => {
  await upstream.close();
  await redis?.close();
  rmSync(folder, { recursive: true });
});

/** What the doctor finds of a set-up with these variables. */
async function found(environment: Readonly<Record<string, string>>): Promise<Check[]> {
  const { config, faults, services, close } = await setUp({
    flags: {},
    environment: { WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: canary, ...environment },
    platform: 'linux',
    home: folder,
    readFile: () => '',
    caller: { app: 'tests', version: '1.0.0' },
    clock: systemClock,
    writeLog: () => undefined,
  });
  const checks = await examine({ config, faults, clock: systemClock, services });
  await close();
  return checks;
}

const stateOf = (checks: readonly Check[]) => checks.filter(({ what }) => what === 'state');

describe('the doctor', () => {
  it('finds nothing wrong where everything works, and never shows the token', async () => {
    const checks = await found({ WEMASY_STATE: 'memory' });
    expect(checks.every(({ works }) => works)).toBe(true);
    expect(checks.map(({ what }) => what)).toEqual([
      'configuration',
      'state',
      'token',
      'API',
      'account',
      'journal',
      'anchor',
      'sending',
      ...Object.keys(operations).map(() => 'allowance'),
    ]);
    expect(checksText(checks)).toContain(`ok     token          ${canary.length} characters`);
    expect(checksText(checks)).not.toContain(canary);
  });

  it('creates the state folder, and leaves nothing in it', async () => {
    const state = join(folder, 'new', 'state');
    expect(stateOf(await found({ WEMASY_STATE: state }))).toEqual([
      { what: 'state', works: true, found: `folder ${state}` },
    ]);
    const records = readdirSync(state, { recursive: true, encoding: 'utf8' });
    expect(records.filter((name) => /trial|order/.test(name))).toEqual([]);
  });

  it('finds a place that is no folder, and goes on to the API', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const checks = await found({ WEMASY_STATE: file });
    expect(stateOf(checks)).toEqual([
      {
        what: 'state',
        works: false,
        found: `folder ${file} cannot be used: there is a file where it should be. Make it a folder that this user can write to, or name another one in WEMASY_STATE.`,
      },
    ]);
    expect(checks.map(({ what }) => what)).toEqual(['configuration', 'state', 'token', 'API']);
  });

  it('finds a Redis that does not answer, and does not show its password', async () => {
    const checks = await found({ WEMASY_STATE: 'redis://jan:secret@127.0.0.1:1' });
    expect(stateOf(checks)).toEqual([
      {
        what: 'state',
        works: false,
        found:
          'Redis at 127.0.0.1:1 cannot be used: connect ECONNREFUSED 127.0.0.1:1. Start it, or correct WEMASY_STATE.',
      },
    ]);
    expect(checksText(checks)).not.toContain('secret');
  });

  it.skipIf(!hasRedis)('finds a Redis that refuses the password, and does not show it', async () => {
    const state = (redis?.url ?? '').replace('//', '//jan:secret@');
    const checks = await found({ WEMASY_STATE: state });
    expect(checksText(checks)).toMatch(/FAULT {2}state +Redis at \S+ cannot be used: WRONGPASS/);
    expect(checksText(checks)).not.toContain('secret');
    expect(stateOf(await found({ WEMASY_STATE: redis?.url ?? '' }))).toMatchObject([{ works: true }]);
  });

  it('says which group shares a folder', async () => {
    const shared = join(folder, 'shared');
    mkdirSync(shared);
    expect(stateOf(await found({ WEMASY_STATE: shared }))).toMatchObject([
      { works: true, found: `folder ${shared}` },
    ]);
    chmodSync(shared, 0o2770);
    expect(stateOf(await found({ WEMASY_STATE: shared }))).toMatchObject([
      { works: true, found: `folder ${shared}, shared by the members of group ${statSync(shared).gid}` },
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)('says that a folder belongs to another user', async () => {
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    chownSync(foreign, 65_534, 65_534);
    expect(stateOf(await found({ WEMASY_STATE: foreign }))).toMatchObject([
      { found: `folder ${foreign}, which belongs to another user and is not shared (chmod g+ws)` },
    ]);
  });

  it('with faults of the configuration still checks what was understood', async () => {
    const checks = await found({ WEMASY_API_TOKEN: 'a b', WEMASY_STATE: 'memory' });
    expect(checks.map(({ what, works }) => `${what} ${works}`)).toEqual([
      'configuration false',
      'state true',
    ]);
  });

  it('says nothing of a place that was not understood but that it was not', async () => {
    const checks = await found({ WEMASY_STATE: 'here' });
    expect(checks.map(({ what, works }) => `${what} ${works}`)).toEqual([
      'configuration false',
      'token true',
    ]);
  });
});
