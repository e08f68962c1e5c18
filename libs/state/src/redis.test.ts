import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisStore } from './redis.js';
import { hasRedis, type RedisServer, startRedis } from './testing/redis-server.js';
import type { ListableStore } from './state-store.js';
import { startBreakableLine } from './testing/breakable-line.js';
import { readRecord } from './testing/read-record.js';

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');

describe.skipIf(!hasRedis)('the Redis store', () => {
  let server: RedisServer;
  const stores: ListableStore[] = [];
  const open = (timeoutMs?: number): ListableStore => {
    const store = createRedisStore({ url: server.url, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    stores.push(store);
    return store;
  };
  const addOne = (record: unknown) => {
    const n = typeof record === 'object' && record !== null && 'n' in record ? Number(record.n) + 1 : 1;
    return { record: { n }, result: n };
  };

  beforeAll(async () => {
    server = await startRedis();
  });

  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await server.close();
  });

  it('loses no update of two connections that race for one record', async () => {
    const [one, two] = [open(), open()];
    const seen = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? one : two).update('race', addOne)),
    );
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('passes the time of the server to the updater', async () => {
    const redis = new Redis(server.url);
    const seconds = async () => Number((await redis.time())[0]);
    const before = await seconds();
    const { wallMs, monotonicMs } = await open().update('time', (_, time) => ({
      record: undefined,
      result: time,
    }));
    const after = await seconds();
    redis.disconnect();
    expect(Math.floor(wallMs / 1_000)).toBeGreaterThanOrEqual(before);
    expect(Math.floor(wallMs / 1_000)).toBeLessThanOrEqual(after);
    expect(monotonicMs).toBeUndefined();
  });

  it('lets a record expire only with `expiresInMs`', async () => {
    const redis = new Redis(server.url);
    await open().update('window', addOne, { expiresInMs: 60_000 });
    await open().update('order', addOne, { durable: true });
    const left = [await redis.pttl('wemasy-orders:{window}'), await redis.pttl('wemasy-orders:{order}')];
    redis.disconnect();
    expect(left[0]).toBeGreaterThan(50_000);
    expect(left[1]).toBe(-1);
  });

  it('passes on a damaged record as text, so that it is not taken for none', async () => {
    const redis = new Redis(server.url);
    await redis.set('wemasy-orders:{broken}', '{"n":');
    redis.disconnect();
    expect(await open().update('broken', (record) => ({ record: Object(record), result: record }))).toBe(
      '{"n":',
    );
  });

  it('does not write what has not changed', async () => {
    const store = open();
    await store.update('same', addOne);
    const redis = new Redis(server.url);
    await redis.pexpire('wemasy-orders:{same}', 60_000);
    await store.update('same', (record) => ({ record: Object(record), result: undefined }));
    const left = await redis.pttl('wemasy-orders:{same}');
    redis.disconnect();
    expect(left).toBeGreaterThan(0);
  });

  it('reads the present record, not the one that it wrote last', async () => {
    const [one, two] = [open(), open()];
    await one.update('seen', addOne);
    await two.update('seen', addOne);
    expect(await readRecord(one, 'seen')).toEqual({ n: 2 });
  });

  it('rejects with what an updater throws on the present record, not on the one that it wrote last', async () => {
    const [one, two] = [open(), open()];
    const refuse = (n: number) => (record: unknown) => {
      const added = addOne(record);
      if (added.result === n) throw new RangeError(`not ${n}`);
      return added;
    };
    await one.update('refused', addOne);
    await two.update('refused', addOne);
    expect(await one.update('refused', refuse(2))).toBe(3);
    await two.update('refused', addOne);
    await expect(one.update('refused', refuse(5))).rejects.toThrow('not 5');
  });

  it('reads the time once for all updates that begin together', async () => {
    const redis = new Redis(server.url);
    const store = open();
    await store.update('together/0', addOne);
    await redis.config('RESETSTAT');
    await Promise.all(Array.from({ length: 20 }, (_, at) => store.update(`together/${at}`, addOne)));
    const calls = /cmdstat_time:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1];
    redis.disconnect();
    expect(calls).toBe('1');
  });

  it('says why it cannot be used, and never a password', async () => {
    const away = createRedisStore({ url: 'redis://jan:secret@127.0.0.1:1' });
    const refused = createRedisStore({ url: server.url.replace('//', '//jan:secret@') });
    stores.push(away, refused);
    expect(await away.healthCheck()).toBe('connect ECONNREFUSED 127.0.0.1:1');
    await expect(away.update('key', addOne)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(away.keys('key')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await refused.healthCheck()).toMatch(/^WRONGPASS/);
  });

  it('is not healthy where nothing can be written', async () => {
    const redis = new Redis(server.url);
    await redis.replicaof('127.0.0.1', '1');
    expect(await open().healthCheck()).toMatch(/^READONLY/);
    await redis.replicaof('NO', 'ONE');
    redis.disconnect();
  });

  it('makes no update twice when the connection breaks before the answer', async () => {
    const line = await startBreakableLine(server.url);
    const store = createRedisStore({ url: line.url, timeoutMs: 300 });
    stores.push(store);
    await store.update('broken-line', addOne);
    line.breakAtAnswerTo('evalsha');
    await expect(store.update('broken-line', addOne)).rejects.toThrow();
    await expect.poll(() => store.update('broken-line', addOne).catch(() => 0)).toBeGreaterThan(0);
    // Two updates were answered; the one in between may have been written, but only once.
    expect(await readRecord(open(), 'broken-line')).toEqual({ n: 3 });
    await line.close();
  });

  it('rejects while the server is away and works again when it is back', async () => {
    const store = open(300);
    await store.update('outage', addOne);
    await server.stop();
    await expect(store.update('outage', addOne)).rejects.toThrow();
    await server.restart();
    await expect.poll(() => store.update('outage', addOne).catch(() => 0)).toBe(2);
  });
});
