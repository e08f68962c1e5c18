import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { createRedisStore, type RedisStoreOptions } from '../src/redis.js';
import type { Generation, ListableStore } from '../src/state-store.js';
import { count } from '../src/testing/count.js';
import { freePort } from '../src/testing/free-port.js';
import { readRecord } from '../src/testing/read-record.js';
import { startRedisCluster } from '../src/testing/redis-cluster.js';
import {
  hasRedis,
  type RedisServer,
  type RedisServerOptions,
  startRedis,
} from '../src/testing/redis-server.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options?: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  closers.push(() => server.close());
  return server;
}

function open(url: string, options?: Partial<RedisStoreOptions>): ListableStore {
  const store = createRedisStore({ url, timeoutMs: 1_000, ...options });
  closers.push(() => store.close());
  return store;
}

async function command(server: RedisServer, name: string, ...args: string[]): Promise<unknown> {
  const redis = new Redis(server.url);
  try {
    return await redis.call(name, ...args);
  } finally {
    redis.disconnect();
  }
}

const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look);

/** A replica of `master` that has caught up with it and confirms updates. */
async function startReplica(master: RedisServer): Promise<RedisServer> {
  const replica = await start({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  const marker = `replica ${replica.port}`;
  await command(master, 'SET', 'marker', marker);
  await eventually(() => command(replica, 'GET', 'marker').catch(() => undefined)).toBe(marker);
  const store = open(master.url);
  await eventually(() => store.healthCheck()).toBeUndefined();
  return replica;
}

const journal = 'shop/journal';
const guarded = (store: ListableStore, expected: Generation) =>
  store.updateGuarded('shop/order/1', count, { key: journal, expected });

/** Repeats what fails until it works. */
async function untilItWorks<T>(action: () => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  await eventually(async () => {
    result = { value: await action() };
    return true;
  }).toBe(true);
  if (result === undefined) throw new TypeError('unreachable: the poll waits for a result');
  return result.value;
}

describe.skipIf(!hasRedis)('a server that forgets', () => {
  test('by evicting records makes no durable update, whatever the user accepts', async () => {
    const server = await start({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
    for (const acceptVolatile of [false, true]) {
      const store = open(server.url, { acceptVolatile });
      const reason = 'Redis drops records when its memory is full (maxmemory-policy allkeys-lru';
      await expect(store.openGeneration(journal)).rejects.toMatchObject({
        name: 'NotDurableError',
        message: expect.stringContaining(reason),
      });
      await expect(store.update('shop/order/1', count, { durable: true })).rejects.toThrow(reason);
      expect(await store.healthCheck()).toContain(reason);
      expect(await store.persistence()).toMatchObject({ kind: 'volatile' });
      expect(await store.keys('shop')).toEqual([]);
      expect(await store.update('shop/window', count)).toBeGreaterThan(0);
      await store.update('shop/window', () => ({ record: undefined, result: undefined }));
    }
  });

  test('by keeping nothing on disk makes durable updates only if the user accepts that', async () => {
    const server = await start({ persistent: false });
    const store = open(server.url);
    await expect(store.openGeneration(journal)).rejects.toThrow('a restart loses every record');
    expect(await store.healthCheck()).toContain('a restart loses every record');
    expect(await store.keys('shop')).toEqual([]);
    const accepting = open(server.url, { acceptVolatile: true });
    await guarded(accepting, await accepting.openGeneration(journal));
    expect(await accepting.healthCheck()).toBeUndefined();
    expect(await accepting.persistence()).toMatchObject({ kind: 'volatile' });
  });

  test('is noticed after a change of its settings, at the next connection', async () => {
    const server = await start();
    const store = open(server.url);
    const expected = await store.openGeneration(journal);
    await command(server, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await command(server, 'CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await eventually(() => guarded(store, expected).catch(String)).toContain('NotDurableError');
  });

  test('by restarting is noticed: the generation is gone', async () => {
    const server = await start({ persistent: false });
    const store = open(server.url, { acceptVolatile: true });
    const { generation } = await guarded(store, await store.openGeneration(journal));
    await server.restart();
    await eventually(() => guarded(store, generation).catch(String)).toContain('GenerationChangedError');
    expect(await store.keys('shop/order')).toEqual([]);
  });

  test('by FLUSHALL is noticed, by writers and by readers', async () => {
    const server = await start();
    const store = open(server.url);
    const { generation } = await guarded(store, await store.openGeneration(journal));
    await command(server, 'FLUSHALL');
    await expect(guarded(store, generation)).rejects.toMatchObject({
      expected: generation,
      found: undefined,
    });
    const reading = store.updateGuarded('shop/order/1', () => ({ record: undefined, result: undefined }), {
      key: journal,
      expected: generation,
    });
    await expect(reading).rejects.toThrow('Nothing was written');
  });

  test('by restoring an older copy is noticed: writes are missing', async () => {
    const server = await start();
    const store = open(server.url);
    const first = await guarded(store, await store.openGeneration(journal));
    const copy = String(await command(server, 'GET', 'wemasy-orders:{shop}/journal'));
    const { generation } = await guarded(store, first.generation);
    await command(server, 'SET', 'wemasy-orders:{shop}/journal', copy);
    await expect(guarded(store, generation)).rejects.toMatchObject({ found: first.generation });
  });

  test('but hides its settings is used, and says so', async () => {
    const server = await start({ args: ['--rename-command', 'CONFIG', ''], persistent: false });
    const store = open(server.url);
    expect(await store.persistence()).toMatchObject({ kind: 'unknown' });
    await guarded(store, await store.openGeneration(journal));
  });
});

describe.skipIf(!hasRedis)('replicas', () => {
  test('confirm a durable update before it resolves', async () => {
    const master = await start();
    const replica = await startReplica(master);
    const store = open(master.url);
    await guarded(store, await store.openGeneration(journal));
    // Read where it would be lost if the update did not wait.
    expect(await command(replica, 'GET', 'wemasy-orders:{shop}/order/1')).toBe('{"n":1}');
  });

  test('that do not confirm make the update reject, and it works again when they do', async () => {
    const master = await start();
    const replica = await startReplica(master);
    const store = open(master.url);
    const { generation } = await guarded(store, await store.openGeneration(journal));
    replica.suspend();
    await expect(guarded(store, generation)).rejects.toMatchObject({ name: 'NotReplicatedError' });
    await expect(store.update('shop/x', count, { durable: true })).rejects.toThrow('No replica');
    expect(await store.healthCheck()).toContain('No replica');
    replica.resume();
    // The update that was not confirmed had been written; a caller that does not trust it makes it again.
    await eventually(() => guarded(store, generation).then(() => 'written', String)).toBe('written');
  });

  test('that were once there are demanded by every later process: a master that was cut off sees none', async () => {
    const master = await start();
    const replica = await startReplica(master);
    const { generation } = await guarded(open(master.url), await open(master.url).openGeneration(journal));
    await replica.stop();
    await eventually(() => command(master, 'INFO', 'replication')).toContain('connected_slaves:0');
    const later = open(master.url);
    await expect(guarded(later, generation)).rejects.toMatchObject({ name: 'NotReplicatedError' });
    const accepting = open(master.url, { acceptVolatile: true });
    expect((await guarded(accepting, generation)).generation.id).toBe(generation.id);
  });

  test('that missed a write are noticed when one is promoted', async () => {
    const master = await start();
    const [current, late] = [await startReplica(master), await startReplica(master)];
    const store = open(master.url);
    const first = await guarded(store, await store.openGeneration(journal));
    await eventually(() => command(late, 'GET', 'wemasy-orders:{shop}/order/1')).toBe('{"n":1}');
    // Cut off: it follows a server that does not exist.
    await command(late, 'REPLICAOF', '127.0.0.1', '1');
    const { generation } = await guarded(store, first.generation);
    await master.stop();
    await command(late, 'REPLICAOF', 'NO', 'ONE');
    await expect(guarded(open(late.url), generation)).rejects.toMatchObject({
      name: 'GenerationChangedError',
      expected: generation,
      found: first.generation,
    });
    expect(await readRecord(open(late.url), 'shop/order/1')).toEqual({ n: 1 });
    // The one that confirmed the write has it.
    await command(current, 'REPLICAOF', 'NO', 'ONE');
    const promoted = open(current.url, { acceptVolatile: true });
    expect(await guarded(promoted, generation)).toMatchObject({ result: 3 });
  });
});

describe.skipIf(!hasRedis)('Sentinels', () => {
  test('lead to the new master after a failover, with every durable update', async () => {
    const master = await start();
    await startReplica(master);
    await startReplica(master);
    const sentinel = await start({
      sentinelConfig: [
        `sentinel monitor shop 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds shop 500',
        'sentinel failover-timeout shop 2000',
      ].join('\n'),
    });
    await eventually(() =>
      command(sentinel, 'SENTINEL', 'REPLICAS', 'shop').then((found) =>
        Array.isArray(found) ? found.length : 0,
      ),
    ).toBe(2);
    const store = open(`redis-sentinel://127.0.0.1:${sentinel.port}/0#shop`);
    let { generation } = await guarded(store, await store.openGeneration(journal));
    expect(await store.healthCheck()).toBeUndefined();
    await master.stop();
    await untilItWorks(async () => await readRecord(store, 'shop/order/1'));
    const after = await untilItWorks(async () => {
      ({ generation } = await guarded(store, generation));
      return generation;
    });
    expect(after.writes).toBeGreaterThan(1);
    expect((await store.place(journal)).description).toBe(
      `redis-sentinel://localhost:${sentinel.port}/0#shop`,
    );
  });
});

describe.skipIf(!hasRedis)('a cluster', () => {
  test('that is away makes updates reject in time, and says why', async () => {
    const store = open('redis-cluster://127.0.0.1:1', { timeoutMs: 300 });
    await expect(store.update('shop/window', count)).rejects.toThrow(
      'None of the given servers of the cluster can be reached',
    );
    expect(await store.healthCheck()).toContain('None of the given servers of the cluster can be reached');
    await expect(store.keys('shop')).rejects.toThrow(
      'None of the given servers of the cluster can be reached',
    );
  });

  test('of three servers keeps the records of each account together', async () => {
    const { url, servers, close } = await startRedisCluster();
    closers.push(close);
    const store = open(url);
    const accounts = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const account of accounts) {
      const key = `${account}/journal`;
      let generation = await store.openGeneration(key);
      for (const order of [1, 2, 3]) {
        ({ generation } = await store.updateGuarded(`${account}/order/${order}`, count, {
          key,
          expected: generation,
        }));
      }
      expect(generation.writes).toBe(3);
      const seen = await Promise.all(
        Array.from({ length: 20 }, () => store.update(`${account}/window/list`, count)),
      );
      expect(new Set(seen).size).toBe(20);
      expect((await store.keys(`${account}/order`)).sort()).toEqual(
        [1, 2, 3].map((order) => `${account}/order/${order}`),
      );
    }
    const sizes = await Promise.all(servers.map((server) => command(server, 'DBSIZE')));
    expect(sizes.filter((size) => Number(size) > 0).length).toBeGreaterThan(1);
    expect(await store.healthCheck()).toBeUndefined();
    expect(await store.persistence()).toMatchObject({ kind: 'lasting' });
    const before = Date.now();
    const { wallMs } = await store.update('a/time', (_, time) => ({ record: undefined, result: time }));
    expect(Math.abs(wallMs - before)).toBeLessThan(5_000);

    // Which server it is, is a matter of the account.
    await servers[2]?.close();
    const results = await Promise.allSettled(
      accounts.map(async (account) => {
        const key = `${account}/journal`;
        const expected = await store.readGeneration(key);
        if (expected === undefined) throw new Error('it is gone');
        return await store.updateGuarded(`${account}/order/1`, count, { key, expected });
      }),
    );
    expect(results.some(({ status }) => status === 'rejected')).toBe(true);
    expect(results.every((result) => result.status === 'rejected' || result.value.result === 2)).toBe(true);
  });

  test('that evicts or forgets on one server makes no durable update', async () => {
    const server = await start({
      args: [
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        String(await freePort()),
        '--cluster-announce-ip',
        '127.0.0.1',
        '--maxmemory-policy',
        'allkeys-lru',
      ],
    });
    await command(server, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await eventually(() => command(server, 'CLUSTER', 'INFO')).toContain('cluster_state:ok');
    const store = open(`redis+cluster://127.0.0.1:${server.port}`);
    await expect(store.openGeneration(journal)).rejects.toThrow('allkeys-lru');
  });
});
