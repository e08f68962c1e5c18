import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFolderStore } from './folder.js';
import { createMemoryStore } from './memory.js';
import { createRedisStore } from './redis.js';
import { hasRedis, type RedisServer, startRedis } from './redis-server.js';
import type { ListableStore } from './state-store.js';
import { count } from './testing/count.js';
import { readRecord } from './testing/read-record.js';

const folder = mkdtempSync(join(tmpdir(), 'wemasy-state-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** Each test has a place of its own. */
let places = 0;

if (!hasRedis && process.env['CI']) throw new Error('CI needs redis-server: apt-get install redis-server');
let redis: RedisServer;
beforeAll(async () => {
  if (hasRedis) redis = await startRedis();
  return () => redis?.close();
});

/** Every store keeps these promises. */
const stores: [name: string, isHere: boolean, open: () => ListableStore][] = [
  ['memory', true, () => createMemoryStore()],
  ['folder', true, () => createFolderStore({ folder: join(folder, String((places += 1))) })],
  ['Redis', hasRedis, () => createRedisStore({ url: redis.url, keyPrefix: `${(places += 1)}:` })],
];

describe.each(stores)('the %s store', (_, isHere, openStore) => {
  const opened: ListableStore[] = [];
  const open = () => {
    const store = openStore();
    opened.push(store);
    return store;
  };
  beforeEach(({ skip }) => skip(!isHere, 'redis-server is not installed'));
  afterAll(() => Promise.all(opened.map((store) => store.close())));

  test('has no record at first', async () => {
    expect(await readRecord(open(), 'a/key')).toBeUndefined();
  });

  test('gives back what was written, under its own key only', async () => {
    const store = open();
    const record = { text: 'ë "quoted"\n', list: [1, { deep: null }], yes: true };
    expect(await store.update('a/one', () => ({ record, result: 'told' }))).toBe('told');
    expect(await readRecord(store, 'a/one')).toEqual(record);
    for (const other of ['a/two', 'a/ONE', 'a/one/more', 'a', 'a/one.json', 'a/%6fne']) {
      expect(await readRecord(store, other)).toBeUndefined();
    }
  });

  test('keeps its own copy', async () => {
    const store = open();
    const record = { n: 1 };
    await store.update('key', () => ({ record, result: undefined }));
    record.n = 2;
    expect(await readRecord(store, 'key')).toEqual({ n: 1 });
  });

  test('deletes a record', async () => {
    const store = open();
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }));
    await store.update('key', () => ({ record: undefined, result: undefined }));
    expect(await readRecord(store, 'key')).toBeUndefined();
  });

  test('leaves the record as it was when the update throws', async () => {
    const store = open();
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }));
    const failing = store.update('key', () => {
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await readRecord(store, 'key')).toEqual({ n: 1 });
  });

  test('loses no update of many at once', async () => {
    const store = open();
    const seen = await Promise.all(Array.from({ length: 100 }, () => store.update('key', count)));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(await readRecord(store, 'key')).toEqual({ n: 100 });
  });

  test('tells the time', async () => {
    const before = Date.now();
    const { wallMs } = await open().update('key', (_record, time) => ({ record: undefined, result: time }));
    expect(wallMs).toBeGreaterThanOrEqual(before);
    expect(wallMs).toBeLessThanOrEqual(Date.now());
  });

  test('writes a durable update too', async () => {
    const store = open();
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }), { durable: true });
    expect(await readRecord(store, 'key')).toEqual({ n: 1 });
  });

  test('names the records directly below a prefix', async () => {
    const store = open();
    expect(await store.keys('a/order')).toEqual([]);
    for (const key of [
      'a/order/1',
      'a/order/2',
      'a/order/COM1',
      'a/order/*[x]?',
      'a/order/2/deep',
      'a/orders/3',
      'a/order',
      'b/order/4',
    ]) {
      await store.update(key, () => ({ record: { key }, result: undefined }));
    }
    expect((await store.keys('a/order')).sort()).toEqual([
      'a/order/*[x]?',
      'a/order/1',
      'a/order/2',
      'a/order/COM1',
    ]);
    expect(await store.keys('a/ord*')).toEqual([]);
  });

  test('finds no fault with a place that can be used, and leaves nothing there', async () => {
    const store = open();
    await store.update('a/key', () => ({ record: { n: 1 }, result: undefined }), { durable: true });
    expect(await store.findFault()).toBeUndefined();
    expect(await open().findFault()).toBeUndefined();
    expect(await readRecord(store, 'a/key')).toEqual({ n: 1 });
    expect(await readRecord(store, 'trial')).toBeUndefined();
  });

  test('refuses updates when it is closed, and may be closed twice', async () => {
    const store = open();
    await store.close();
    await store.close();
    await expect(readRecord(store, 'key')).rejects.toThrow('closed');
    await expect(store.keys('a')).rejects.toThrow('closed');
    await expect(store.findFault()).rejects.toThrow('closed');
  });
});
