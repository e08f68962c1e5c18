import { describe, expect, test } from 'vitest';
import { createMemoryStore } from './memory.js';
import type { StateStore } from './state-store.js';

/** Every store keeps these promises. */
const stores: [name: string, open: () => StateStore][] = [['memory', () => createMemoryStore()]];

const read = (store: StateStore, key: string): Promise<unknown> =>
  store.update(key, (record) => ({
    record: typeof record === 'object' && record !== null ? record : undefined,
    result: record,
  }));

describe.each(stores)('the %s store', (_, open) => {
  test('has no record at first', async () => {
    expect(await read(open(), 'a/key')).toBeUndefined();
  });

  test('gives back what was written, under its own key only', async () => {
    const store = open();
    const record = { text: 'ë "quoted"\n', list: [1, { deep: null }], yes: true };
    expect(await store.update('a/one', () => ({ record, result: 'told' }))).toBe('told');
    expect(await read(store, 'a/one')).toEqual(record);
    expect(await read(store, 'a/two')).toBeUndefined();
    expect(await read(store, 'a/ONE')).toBeUndefined();
  });

  test('keeps its own copy', async () => {
    const store = open();
    const record = { n: 1 };
    await store.update('key', () => ({ record, result: undefined }));
    record.n = 2;
    expect(await read(store, 'key')).toEqual({ n: 1 });
  });

  test('deletes a record', async () => {
    const store = open();
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }));
    await store.update('key', () => ({ record: undefined, result: undefined }));
    expect(await read(store, 'key')).toBeUndefined();
  });

  test('leaves the record as it was when the update throws', async () => {
    const store = open();
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }));
    const failing = store.update('key', () => {
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await read(store, 'key')).toEqual({ n: 1 });
  });

  test('loses no update of many at once', async () => {
    const store = open();
    const next = (record: unknown): number =>
      typeof record === 'object' && record !== null && 'n' in record ? Number(record.n) + 1 : 1;
    const seen = await Promise.all(
      Array.from({ length: 200 }, () =>
        store.update('key', (record) => ({ record: { n: next(record) }, result: next(record) })),
      ),
    );
    expect([...new Set(seen)]).toHaveLength(200);
    expect(await read(store, 'key')).toEqual({ n: 200 });
  });

  test('tells the time', async () => {
    const before = Date.now();
    const { wallMs } = await open().update('key', (_record, time) => ({ record: undefined, result: time }));
    expect(wallMs).toBeGreaterThanOrEqual(Math.floor(before) - 1);
    expect(wallMs).toBeLessThanOrEqual(Date.now() + 1);
  });

  test('writes a durable update too', async () => {
    const store = open();
    await store.update('key', () => ({ record: { n: 1 }, result: undefined }), { durable: true });
    expect(await read(store, 'key')).toEqual({ n: 1 });
  });

  test('refuses updates when it is closed, and may be closed twice', async () => {
    const store = open();
    await store.close();
    await store.close();
    await expect(read(store, 'key')).rejects.toThrow('closed');
  });
});
