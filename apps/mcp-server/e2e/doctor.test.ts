import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { withHome } from '@wemasy-orders/runtime/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from './support/api.js';
import { startIdentityProvider } from './support/identity-provider.js';
import { run } from './support/run.js';
import { type ShopsFile, writeShopsFile } from './support/shops-file.js';

let api: Api;
let home: string;
let environment: Record<string, string>;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wemasy-orders-doctor-'));
  api = await startApi();
  api.behaves((_, response) => sendJson(response, 200, orderPage([])));
  environment = {
    WEMASY_API_URL: api.url,
    WEMASY_API_TOKEN: 'token',
    WEMASY_STATE: 'memory',
    ...withHome(home),
  };
});
afterEach(async () => {
  await api.close();
  await rm(home, { recursive: true });
});

describe('doctor', () => {
  it('finds every fault of the configuration, that of the log level too, and says each once', async () => {
    const faulty = { WEMASY_LOG_LEVEL: 'loud', WEMASY_API_TOKEN: 'a b', WEMASY_STATE: 'here' };
    const { exitCode, stdout, stderr } = await run(['doctor'], { ...environment, ...faulty });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^FAULT {2}configuration {2}WEMASY_API_TOKEN contains a space/),
      expect.stringMatching(/^FAULT {2}configuration {2}WEMASY_LOG_LEVEL must be one of/),
      expect.stringMatching(/^FAULT {2}configuration {2}WEMASY_STATE must be memory/),
      '',
    ]);
  });

  it.each([
    ['/dev/null/state', /^FAULT {2}state +folder \/dev\/null\/state cannot be used: .* WEMASY_STATE\.$/m],
    [
      'redis://jan:secret@127.0.0.1:1',
      /^FAULT {2}state +Redis at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED.* WEMASY_STATE\.$/m,
    ],
  ])('finds that %s cannot be used, says what to do, and goes on to the API', async (state, fault) => {
    const { exitCode, stdout, stderr } = await run(['doctor'], { ...environment, WEMASY_STATE: state });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toMatch(fault);
    expect(stdout).toMatch(/^ok +API /m);
    expect(stdout).not.toContain('secret');
  });
});

describe('doctor of a server with many shops', () => {
  let hosted: Record<string, string>;
  let shops: ShopsFile;
  beforeEach(async () => {
    shops = await writeShopsFile({ apiToken: 'token' });
    hosted = {
      ...withHome(home),
      WEMASY_AUTH: 'oauth',
      WEMASY_PUBLIC_URL: 'https://orders.example.com/mcp',
      WEMASY_SHOPS: shops.path,
      WEMASY_STATE: 'memory',
    };
  });
  afterEach(() => shops.remove());

  it('finds that all is well', async () => {
    const idp = await startIdentityProvider(() => 'https://orders.example.com/mcp');
    const { exitCode, stdout, stderr } = await run(['doctor'], {
      ...hosted,
      WEMASY_OAUTH_ISSUER: idp.issuer,
    });
    await idp.stop();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.match(/^ok +(\w+)/gm)?.map((line) => line.replace(/^ok +/, ''))).toEqual([
      'configuration',
      'issuer',
      'shops',
      'state',
    ]);
  });

  it('says which part does not work, and why', async () => {
    const { exitCode, stdout } = await run(['doctor'], {
      ...hosted,
      WEMASY_OAUTH_ISSUER: 'http://127.0.0.1:1',
      WEMASY_SHOPS: '/nowhere/shops.json',
      WEMASY_STATE: 'redis://jan:secret@127.0.0.1:1',
    });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^FAULT +issuer +The keys of http:\/\/127\.0\.0\.1:1 cannot be read: .+\.$/m);
    expect(stdout).toMatch(/^FAULT +shops +WEMASY_SHOPS: .* cannot be read/m);
    expect(stdout).toMatch(/^FAULT +state +.*ECONNREFUSED/m);
    expect(stdout).not.toContain('secret');
  });

  it('names the faults of the settings', async () => {
    const { exitCode, stdout } = await run(['doctor'], hosted);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^FAULT +configuration +WEMASY_OAUTH_ISSUER is not set/m);
  });
});
