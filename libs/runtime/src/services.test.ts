import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rateLimitPolicies } from '@wemasy-orders/client';
import { orderPage, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { AlreadySyncedError } from '@wemasy-orders/order-sync';
import { systemClock } from '@wemasy-orders/state';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { setUp, type SetUpOptions } from './services.js';

/** Lists a minute, whatever the document allows. */
const limit = 60;

/** Sets up and keeps what is logged. */
const home = mkdtempSync(join(tmpdir(), 'wemasy-home-'));
afterAll(() => {
  rmSync(home, { recursive: true });
});

async function setUpWith(environment: SetUpOptions['environment'], more: Partial<SetUpOptions> = {}) {
  const lines: string[] = [];
  const set = await setUp({
    flags: {},
    environment: { WEMASY_STATE: 'memory', WEMASY_RATE_LIMITS: `listOrders=${limit}/60`, ...environment },
    platform: 'linux',
    home,
    readFile: () => {
      throw new Error('no such file');
    },
    caller: { app: 'test', version: '1.0.0' },
    clock: systemClock,
    writeLog: (line) => lines.push(line),
    ...more,
  });
  return { ...set, log: (): unknown[] => lines.map((line): unknown => JSON.parse(line)) };
}

describe('warnings of the rate limiter are in the log', () => {
  async function shop(remaining: number, environment: SetUpOptions['environment'] = {}) {
    const upstream = await startUpstream((_, response) => {
      sendJson(response, 200, orderPage([]), {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
      });
    });
    onTestFinished(() => upstream.close());
    return await setUpWith({ WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: 'token', ...environment });
  }

  it('one warning for an outage of the shared state, however many calls and counters meet it', async () => {
    const { services, close, log } = await shop(limit - 1, {
      WEMASY_STATE: 'redis://jan:secret@127.0.0.1:1',
    });
    const { client } = services();
    await client.list();
    await client.list();
    await client.allowance('syncOrder');
    await close();
    expect(log()).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: 'The shared state cannot be reached; until it can, a share of the allowance is used.',
        cause: expect.objectContaining({ message: 'connect ECONNREFUSED 127.0.0.1:1' }),
      }),
    ]);
    expect(JSON.stringify(log())).not.toContain('secret');
  });

  it('and, as information, that another program uses the account', async () => {
    const { services, close, log } = await shop(limit - 20);
    await services().client.list();
    await close();
    const listed = rateLimitPolicies().find(({ name }) => name === 'listOrders');
    expect(log()).toMatchObject([{ level: 'info', code: 'foreign-use', bucket: listed?.bucket }]);
  });
});

describe('an order that was sent', () => {
  async function shop() {
    const folder = await mkdtemp(join(tmpdir(), 'wemasy-setup-'));
    let requests = 0;
    const upstream = await startUpstream((_, response) => {
      requests += 1;
      sendJson(response, 200, { error: false, message: 'Order synced to SnelStart.', data: [] });
    });
    onTestFinished(async () => {
      await upstream.close();
      await rm(folder, { recursive: true });
    });
    return {
      requests: () => requests,
      /** What became of sending order 42. */
      async send(environment: SetUpOptions['environment']) {
        const { services, close } = await setUpWith({
          WEMASY_API_URL: upstream.url,
          WEMASY_STATE: folder,
          ...environment,
        });
        const outcome = await services()
          .orderSync.sync(42)
          .then(
            () => 'synced',
            (error: unknown) => (error instanceof AlreadySyncedError ? error.code : error),
          );
        await close();
        return outcome;
      },
    };
  }

  it('with an old token is not sent again with a new one', async () => {
    const { send, requests } = await shop();
    expect(await send({ WEMASY_API_TOKEN: 'old-token' })).toBe('synced');
    expect(await send({ WEMASY_API_TOKEN: 'new-token' })).toBe('already_synced');
    expect(requests()).toBe(1);
  });
});

describe('the allowance', () => {
  async function left(environments: SetUpOptions['environment'][]) {
    const folder = await mkdtemp(join(tmpdir(), 'wemasy-setup-'));
    const upstream = await startUpstream((_, response) => sendJson(response, 200, orderPage([])));
    onTestFinished(async () => {
      await upstream.close();
      await rm(folder, { recursive: true });
    });
    let remaining = 0;
    for (const environment of environments) {
      const { services, close } = await setUpWith({
        WEMASY_API_URL: upstream.url,
        WEMASY_STATE: folder,
        ...environment,
      });
      const { client } = services();
      await client.list();
      ({ remaining } = await client.allowance('listOrders'));
      await close();
    }
    return remaining;
  }

  it('is shared by the tokens of one account, named or not', async () => {
    const [one, other] = ['one-token', 'other-token'].map((WEMASY_API_TOKEN) => ({ WEMASY_API_TOKEN }));
    expect(await left([{ ...one }, { ...other }])).toBe(limit - 2);
    const WEMASY_ACCOUNT = 'the shop';
    expect(
      await left([{ ...one, WEMASY_ACCOUNT }, { ...other, WEMASY_ACCOUNT: ' The Shop' }, { ...other }]),
    ).toBe(limit - 3);
  });
});

describe('a set-up with faults', () => {
  it('throws all of them when its services are asked for, one by one', async () => {
    const { faults, services, close } = await setUpWith({
      WEMASY_API_TOKEN: 'a b',
      WEMASY_API_URL: 'http://shop.example',
      WEMASY_PERSONAL_DATA: 'all',
    });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'WEMASY_API_TOKEN',
      'WEMASY_API_URL',
      'WEMASY_PERSONAL_DATA',
    ]);
    expect(services).toThrow(expect.objectContaining({ code: 'configuration_error', faults }));
    await close();
  });
});
