import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFolderStore } from './folder.js';
import { createMemoryStore } from './memory.js';
import { createRedisStore } from './redis.js';
import { hasRedis, type RedisServer, startRedis } from './testing/redis-server.js';
import type { ListableStore } from './state-store.js';
import { count } from './testing/count.js';
import { readRecord } from './testing/read-record.js';

const folder = mkdtempSync(join(tmpdir(), 'wemasy-state-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** Every test has its own place. */
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

  test('returns a record under its own key only', async () => {
    const store = open();
    const record = { text: 'ë "quoted"\n', list: [1, { deep: null }], yes: true };
    expect(await store.update('a/one', () => ({ record, result: 'applied' }))).toBe('applied');
    expect(await readRecord(store, 'a/one')).toEqual(record);
    for (const other of ['a/two', 'a/ONE', 'a/one/more', 'a', 'a/one.json', 'a/%6fne']) {
      expect(await readRecord(store, other)).toBeUndefined();
    }
  });

  test('keeps a copy of its own', async () => {
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

  test('loses none of many updates at once', async () => {
    const store = open();
    const seen = await Promise.all(Array.from({ length: 100 }, () => store.update('key', count)));
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(await readRecord(store, 'key')).toEqual({ n: 100 });
  });

  test('passes the time to the updater', async () => {
    const before = Date.now();
    const { wallMs } = await open().update('key', (_record, time) => ({ record: undefined, result: time }));
    expect(wallMs).toBeGreaterThanOrEqual(before);
    expect(wallMs).toBeLessThanOrEqual(Date.now());
  });

  test('makes durable updates, too', async () => {
    const store = open();
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }), { durable: true });
    expect(await readRecord(store, 'key')).toEqual({ n: 1 });
  });

  test('lists the keys directly below a prefix', async () => {
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

  test('checks a place without leaving anything there', async () => {
    const store = open();
    await store.update('a/key', () => ({ record: { n: 1 }, result: undefined }), { durable: true });
    expect(await store.healthCheck()).toBeUndefined();
    expect(await open().healthCheck()).toBeUndefined();
    expect(await readRecord(store, 'a/key')).toEqual({ n: 1 });
    expect(await readRecord(store, 'trial')).toBeUndefined();
  });

  describe('a generation', () => {
    const at = 'a/journal';

    test('begins once, and is the same for all who open it', async () => {
      const store = open();
      expect(await store.readGeneration(at)).toBeUndefined();
      const opened = await Promise.all([store.openGeneration(at), store.openGeneration(at)]);
      expect(opened[0]).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), writes: 0 });
      expect(opened[1]).toEqual(opened[0]);
      expect(await store.readGeneration(at)).toEqual(opened[0]);
      expect((await open().openGeneration(at)).id).not.toBe(opened[0].id);
    });

    test('allows a guarded update to write and read', async () => {
      const store = open();
      const expected = await store.openGeneration(at);
      const first = await store.updateGuarded('a/1', count, { key: at, expected });
      expect(first.result).toBe(1);
      const second = await store.updateGuarded('a/1', count, { key: at, expected: first.generation });
      expect(second.result).toBe(2);
      expect(second.generation.id).toBe(expected.id);
      const read = await store.updateGuarded(
        'a/1',
        (record) => ({ record: Object(record), result: record }),
        { key: at, expected: second.generation },
      );
      expect(read).toEqual({ result: { n: 2 }, generation: second.generation, isUnchanged: true });
      expect([first.isUnchanged, second.isUnchanged]).toEqual([undefined, undefined]);
      expect(await store.readGeneration(at)).toEqual(second.generation);
    });

    test('counts every write of many at once, where the store counts', async () => {
      const store = open();
      const expected = await store.openGeneration(at);
      const seen = await Promise.all(
        Array.from({ length: 20 }, (_, n) => store.updateGuarded(`a/${n % 3}`, count, { key: at, expected })),
      );
      const writes = seen.map(({ generation }) => generation.writes).sort((a, b) => a - b);
      const isCounting = writes[0] !== 0;
      expect(writes).toEqual(Array.from({ length: 20 }, (_, n) => (isCounting ? n + 1 : 0)));
      expect((await store.readGeneration(at))?.writes).toBe(isCounting ? 20 : 0);
    });

    test('misses the lost write of one writer after others have written, where the store counts', async () => {
      const store = open();
      const expected = await store.openGeneration(at);
      const writing = async (id: string, lastWrite: number) => {
        const { generation } = await store.updateGuarded('a/1', count, {
          key: at,
          expected,
          writer: { id, lastWrite },
        });
        return generation.writes;
      };
      const first = await writing('one', 0);
      if (first === 0) return;
      const behind = await readRecord(store, at);
      const lost = await writing('one', first);
      await store.update(at, () => ({ record: Object(behind), result: undefined }), { durable: true });
      expect(await writing('two', await writing('two', 0))).toBeGreaterThan(lost);
      expect(await store.readGeneration(at)).toMatchObject({ lastWrites: { one: first, two: lost + 1 } });
      await expect(writing('one', lost)).rejects.toMatchObject({ name: 'GenerationChangedError' });
      // Which the user has accepted, and by a writer whose only write is lost.
      expect(await writing('one', first)).toBe(lost + 2);
      await expect(writing('three', 1)).rejects.toMatchObject({ name: 'GenerationChangedError' });
    });

    test('remembers the last writers, and trusts the others', async () => {
      const store = open();
      const expected = await store.openGeneration(at);
      let writes = 0;
      for (let n = 0; n < 70; n += 1) {
        const writer = { id: `w${n}`, lastWrite: 0 };
        ({ writes } = (await store.updateGuarded('a/1', count, { key: at, expected, writer })).generation);
      }
      if (writes === 0) return;
      const { lastWrites } = (await store.readGeneration(at)) ?? {};
      const last = Array.from({ length: 64 }, (_, n): [string, number] => [`w${n + 6}`, n + 7]);
      expect(lastWrites).toEqual(Object.fromEntries(last));
      const again = { key: at, expected, writer: { id: 'w0', lastWrite: 1 } };
      expect((await store.updateGuarded('a/1', count, again)).generation.writes).toBe(71);
    });

    test.each([
      ['is another one', { id: 'another', writes: 9 }],
      ['has fewer writes', 'fewer'],
      ['is gone', undefined],
    ] as const)('that %s refuses writing and reading', async (_what, change) => {
      const store = open();
      const { id } = await store.openGeneration(at);
      const found = change === 'fewer' ? { id, writes: 4 } : change;
      await store.update(at, () => ({ record: found, result: undefined }), { durable: true });
      const expected = { id, writes: 5 };
      for (const updater of [count, (record: unknown) => ({ record: Object(record), result: 0 })]) {
        const refused = store.updateGuarded('a/1', updater, { key: at, expected });
        await expect(refused).rejects.toMatchObject({ name: 'GenerationChangedError', expected, found });
      }
      expect(await readRecord(store, 'a/1')).toBeUndefined();
      expect(await readRecord(store, at)).toEqual(found);
    });

    test('that cannot be read is neither replaced nor written to', async () => {
      const store = open();
      const expected = await store.openGeneration(at);
      const damaged = { id: 7 };
      await store.update(at, () => ({ record: damaged, result: undefined }), { durable: true });
      const name = 'GenerationUnreadableError';
      await expect(store.openGeneration(at)).rejects.toMatchObject({ name });
      await expect(store.readGeneration(at)).rejects.toMatchObject({ name });
      await expect(store.updateGuarded('a/1', count, { key: at, expected })).rejects.toMatchObject({ name });
      expect(await readRecord(store, at)).toEqual(damaged);
      expect(await readRecord(store, 'a/1')).toBeUndefined();
    });
  });

  test('describes its place and whether it lasts', async () => {
    const store = open();
    await store.openGeneration('a/journal');
    expect((await store.place('a/journal')).description).not.toBe('');
    expect((await store.persistence()).description).not.toBe('');
  });

  test('refuses updates when it is closed, and may be closed twice', async () => {
    const store = open();
    await store.close();
    await store.close();
    await expect(readRecord(store, 'key')).rejects.toThrow('closed');
    await expect(store.keys('a')).rejects.toThrow('closed');
    await expect(store.healthCheck()).rejects.toThrow('closed');
  });
});
