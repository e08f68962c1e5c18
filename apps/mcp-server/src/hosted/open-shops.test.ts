import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderPage, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { setUp } from '@wemasy-orders/runtime';
import { readHostedConfig } from '@wemasy-orders/runtime/hosted';
import { systemClock } from '@wemasy-orders/state';
import { createRedisStore } from '@wemasy-orders/state/redis';
import { hasRedis, startRedis, startRedisCluster } from '@wemasy-orders/state/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Principal, secretIssuer } from './principal.js';
import type { Shops } from './shop.js';
import { newKeyLine, openKeyFile } from './shops/key-file.js';
import { createLinkedShops } from './shops/linked-shops.js';
import { openShops } from './open-shops.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

// Each starts servers, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const principal = (subject: string): Principal => ({
  kind: 'token',
  issuer: secretIssuer,
  subject,
  scopes: new Set(['orders:read', 'orders:sync']),
});

/** A shop of the file, with one caller of its name. */
const shopOf = (account: string, token = account, callers = [account]) => ({
  account,
  api_token_file: `${token}.token`,
  secrets: callers.map((name) => ({
    name,
    sha256: Buffer.from(name).toString('hex').padEnd(64, '0'),
    scopes: ['orders:read', 'orders:sync'],
  })),
});

/** An API with a shop for each token, and replicas that share one place of state. */
async function scene(shops: readonly ReturnType<typeof shopOf>[], state: (folder: string) => string) {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-open-shops-'));
  const booked: string[] = [];
  /** Ports from which lists were asked for. */
  const connections: (number | undefined)[] = [];
  const upstream = await startUpstream(({ url, headers, body }, response) => {
    if (!url.includes('sync')) connections.push(response.socket?.remotePort);
    const token = String(headers.authorization).replace('Bearer ', '');
    if (token.startsWith('refused')) return sendJson(response, 401, { message: 'Unauthenticated.' });
    if (token === 'silent') return;
    if (!url.includes('sync')) return sendJson(response, 200, orderPage([{ id: 7, order_number: token }]));
    booked.push(`${token} ${body}`);
    return sendJson(response, 200, { error: false, message: 'Order synced.', data: [] });
  });
  for (const token of new Set(shops.map((shop) => shop.api_token_file)))
    await writeFile(join(folder, token), token.replace('.token', ''));
  await writeFile(join(folder, 'shops.json'), JSON.stringify({ shops }));
  onTestFinished(async () => {
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    booked,
    folder,
    connections,
    apiUrl: upstream.url,
    async replica(environment: Readonly<Record<string, string>> = {}): Promise<Shops> {
      const machine = { platform: process.platform, home: folder, environment: {} };
      const { config, faults } =
        readHostedConfig({
          ...machine,
          flags: {},
          readFile: () => '',
          environment: {
            WEMASY_AUTH: 'token',
            WEMASY_PUBLIC_URL: 'http://127.0.0.1:1/mcp',
            WEMASY_API_URL: upstream.url,
            WEMASY_SHOPS: join(folder, 'shops.json'),
            WEMASY_STATE: state(folder),
            WEMASY_RATE_LIMITS: 'listOrders=60/60',
            WEMASY_LOG_LEVEL: 'silent',
            ...environment,
          },
        }) ?? {};
      if (config === undefined) throw new TypeError(faults?.join(' '));
      const opened = await openShops({
        config,
        machine,
        caller: { app: 'tests', version: '1.0.0' },
        clock: systemClock,
        writeLog: () => undefined,
        longestCallMs: 60_000,
      });
      onTestFinished(() => opened.close());
      return opened;
    },
  };
}

async function servicesOf(shops: Shops, subject: string) {
  const shop = await shops.shopOf(principal(subject));
  if (shop === undefined) throw new TypeError(`${subject} has no shop`);
  return await shop.services();
}

async function markOf(shops: Shops, subject: string): Promise<unknown> {
  const { data } = await (
    await servicesOf(shops, subject)
  ).client.list({ per_page: 1 }, { maxWaitMs: 5_000 });
  return data[0]?.order_number;
}

/** `synced`, or the code of the error. */
async function sync(shops: Shops, subject: string, orderId = 7): Promise<unknown> {
  const { orderSync } = await servicesOf(shops, subject);
  return await orderSync.sync(orderId).then(
    () => 'synced',
    (error: unknown) => Object(error).code,
  );
}

const inFolder = (folder: string) => join(folder, 'state');

describe('many shops of one server', () => {
  it('get the answers of their own shop', async () => {
    const { replica } = await scene(
      ['a', 'b', 'c'].map((name) => shopOf(name)),
      inFolder,
    );
    const shops = await replica();
    const names = Array.from({ length: 30 }, (_, index) => 'abc'[index % 3] ?? 'a');
    expect(await Promise.all(names.map((name) => markOf(shops, name)))).toEqual(names);
  });

  it('are asked for over the same connection, one after the other', async () => {
    const { replica, connections } = await scene(
      ['a', 'b', 'c'].map((name) => shopOf(name)),
      () => 'memory',
    );
    const shops = await replica({ WEMASY_ACCEPT_VOLATILE_JOURNAL: 'true' });
    for (const name of ['a', 'b', 'c']) expect(await markOf(shops, name)).toBe(name);
    expect(connections).toHaveLength(3);
    expect(new Set(connections).size).toBe(1);
  });

  it('send orders without a word on each account, and each its own ones', async () => {
    const { replica, booked } = await scene(
      ['a', 'b', 'c'].map((name) => shopOf(name)),
      inFolder,
    );
    const shops = await replica();
    for (const name of ['a', 'b', 'c']) expect(await sync(shops, name)).toBe('synced');
    expect(await sync(shops, 'b')).toBe('already_synced');
    expect(booked).toHaveLength(3);
  });

  it('are not touched by the 401, the slowness or the storm of another', async () => {
    const { replica } = await scene(
      ['refused', 'silent', 'busy', 'well'].map((name) => shopOf(name)),
      inFolder,
    );
    const shops = await replica({ WEMASY_RATE_LIMITS: 'listOrders=5/60', WEMASY_TIMEOUT_MS: '60000' });
    const silent = new AbortController();
    const waiting = (await servicesOf(shops, 'silent')).client.list({}, { signal: silent.signal });
    const storm = await Promise.allSettled(Array.from({ length: 20 }, () => markOf(shops, 'busy')));
    expect(storm.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    await expect(markOf(shops, 'refused')).rejects.toMatchObject({ code: 'authentication_failed' });
    expect(await markOf(shops, 'well')).toBe('well');
    expect(await sync(shops, 'well')).toBe('synced');
    silent.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('are not touched when the API revokes the tokens of a hundred others at once', async () => {
    const revoked = Array.from({ length: 100 }, (_, at) => `refused-${at}`);
    const { replica } = await scene([...revoked.map((name) => shopOf(name)), shopOf('well')], inFolder);
    const shops = await replica();
    const reported = await Promise.all([
      ...revoked.map((name) => markOf(shops, name).catch((error: unknown) => Object(error).code)),
      markOf(shops, 'well'),
      sync(shops, 'well'),
    ]);
    expect(reported).toEqual([...revoked.map(() => 'authentication_failed'), 'well', 'synced']);
  });

  it('share allowance and journal where they are one account', async () => {
    const { replica, booked } = await scene(
      [shopOf('a', 'old', ['jan']), shopOf('a', 'new', ['piet'])],
      inFolder,
    );
    const [shops, other] = [await replica({ WEMASY_RATE_LIMITS: 'listOrders=1/60' }), await replica()];
    expect(await markOf(shops, 'jan')).toBe('old');
    await expect(markOf(shops, 'piet')).rejects.toMatchObject({ code: 'rate_limited', source: 'local' });
    expect(await sync(other, 'jan')).toBe('synced');
    expect(await sync(await replica(), 'piet')).toBe('already_synced');
    expect(booked).toHaveLength(1);
  });

  it('keep the journal of a token whose account was renamed in the file alone', async () => {
    const { replica, booked } = await scene(
      [shopOf('a', 'one', ['jan']), shopOf('b', 'one', ['piet'])],
      inFolder,
    );
    const shops = await replica();
    expect(await sync(shops, 'jan')).toBe('synced');
    expect(await sync(shops, 'piet')).toBe('configuration_error');
    expect(booked).toHaveLength(1);
  });

  it('know no caller that is in no shop', async () => {
    const shops = await (await scene([shopOf('a')], inFolder)).replica();
    expect(await shops.shopOf(principal('z'))).toBeUndefined();
    expect(await shops.shopOf({ ...principal('a'), issuer: 'https://id.example.com' })).toBeUndefined();
  });

  it.skipIf(!hasRedis)('are served and linked by any replica, from one Redis Cluster', async () => {
    const { url, close } = await startRedisCluster();
    onTestFinished(close);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { replica, booked, apiUrl } = await scene(
      names.map((name) => shopOf(name)),
      () => url,
    );
    const limits = { WEMASY_RATE_LIMITS: 'listOrders=60/60,syncOrder=60/60' };
    const replicas = [await replica(limits), await replica(limits)] as const;
    const marks = await Promise.all(replicas.flatMap((shops) => names.map((name) => markOf(shops, name))));
    expect(marks).toEqual([...names, ...names]);
    const outcomes = await Promise.all(
      replicas.flatMap((shops) => names.flatMap((name) => [sync(shops, name), sync(shops, name, 8)])),
    );
    for (const outcome of outcomes) expect(outcome).toMatch(/^(synced|already_synced|in_progress)$/);
    expect(new Set(booked)).toHaveLength(2 * names.length);
    expect(booked).toHaveLength(2 * names.length);
    for (const shops of replicas) expect(await sync(shops, 'a')).toBe('already_synced');

    const line = newKeyLine();
    const linksOf = async () => {
      const store = createRedisStore({ url });
      onTestFinished(() => store.close());
      const keys = await openKeyFile(async () => line);
      return createLinkedShops({ store, keys, apiUrl, clock: systemClock });
    };
    const [links, others] = [await linksOf(), await linksOf()];
    const identities = names.map((subject) => ({ issuer: 'https://id.example.com', subject }));
    for (const identity of identities) {
      const { subject } = identity;
      await links.save(identity, {
        account: subject,
        token: subject,
        personalData: 'names',
        readOnly: false,
      });
    }
    const found = await Promise.all(identities.map((identity) => others.find(identity)));
    expect(found.map((link) => link?.token)).toEqual(names);
    expect(await others.rewrapAll()).toEqual({ rewrapped: 0, unchanged: names.length, unreadable: [] });
  });

  it.skipIf(!hasRedis)('are served by any replica, from one Redis', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const { replica, booked } = await scene(
      ['a', 'b'].map((name) => shopOf(name)),
      () => redis.url,
    );
    const replicas = [await replica(), await replica()] as const;
    const outcomes = await Promise.all(
      ['a', 'b'].flatMap((name) => replicas.flatMap((shops) => [sync(shops, name), sync(shops, name)])),
    );
    expect(booked).toHaveLength(2);
    expect(outcomes.filter((outcome) => outcome === 'synced').length).toBeGreaterThanOrEqual(2);
    for (const shops of replicas) expect(await sync(shops, 'a')).toBe('already_synced');
  });
});

describe.skipIf(!hasRedis)('a Redis that was emptied', () => {
  it('stops the orders of all shops, until its journal is confirmed once', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const { replica, folder, apiUrl } = await scene(
      ['a', 'b'].map((name) => shopOf(name)),
      () => redis.url,
    );
    const limits = { WEMASY_RATE_LIMITS: 'syncOrder=100/60' };
    const replicas = [await replica(limits), await replica(limits)] as const;
    expect(await sync(replicas[0], 'a')).toBe('synced');
    expect(await sync(replicas[1], 'b')).toBe('synced');
    const socket = connect(redis.port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'));
    await once(socket, 'data');
    socket.destroy();
    for (const shops of replicas) {
      for (const name of ['a', 'b']) expect(await sync(shops, name)).toBe('configuration_error');
    }
    const commandLine = await setUp({
      flags: {},
      environment: {
        WEMASY_API_URL: apiUrl,
        WEMASY_API_TOKEN: 'a',
        WEMASY_ACCOUNT: 'a',
        WEMASY_STATE: redis.url,
      },
      platform: process.platform,
      home: folder,
      readFile: () => '',
      caller: { app: 'tests', version: '1.0.0' },
      clock: systemClock,
      writeLog: () => undefined,
    });
    await commandLine.services().journal.useJournal();
    await commandLine.close();
    // What a replica has found counts for a second.
    for (const shops of replicas) {
      await expect.poll(() => sync(shops, 'a', 8)).toMatch(/synced/);
      await expect.poll(() => sync(shops, 'b', 8)).toMatch(/synced/);
    }
  });
});

describe('the files of the shops', () => {
  it('report their faults together', async () => {
    const { replica } = await scene([shopOf('-')], inFolder);
    const opened = replica({ WEMASY_KEY_FILE: '/nowhere' });
    await expect(opened).rejects.toThrow(
      /WEMASY_KEY_FILE names a file that cannot be read[\s\S]*shops\.0\.account/,
    );
  });
});
