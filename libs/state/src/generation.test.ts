import { describe, expect, test } from 'vitest';
import { GenerationChangedError, GenerationUnreadableError } from './errors.js';
import { afterWrite, checkGeneration, mostWriters, openGeneration, readGeneration } from './generation.js';
import { createMemoryStore } from './memory.js';
import type { Generation } from './state-store.js';

const key = 'a/journal';
const expected = { id: 'g1', writes: 3 };

describe('a record that is no generation', () => {
  test.each<[unknown]>([
    [null],
    ['g1'],
    [7],
    [[]],
    [{}],
    [{ id: 'g1' }],
    [{ writes: 3 }],
    [{ id: 7, writes: 3 }],
    [{ id: '', writes: 3 }],
    [{ id: 'g1', writes: '3' }],
    [{ id: 'g1', writes: -1 }],
    [{ id: 'g1', writes: 1.5 }],
    [{ id: 'g1', writes: 2 ** 53 }],
    [{ id: 'g1', writes: null }],
    [{ id: 'g1', writes: 3, lastWrites: null }],
    [{ id: 'g1', writes: 3, lastWrites: 7 }],
    [{ id: 'g1', writes: 3, lastWrites: { a: '3' } }],
    [{ id: 'g1', writes: 3, lastWrites: { a: 3, b: -1 } }],
  ])('is refused by every reader: %j', async (record) => {
    expect(() => checkGeneration({ key, expected }, record)).toThrow(GenerationUnreadableError);
    const store = createMemoryStore();
    await store.update(key, () => ({ record: Object({ record }), result: undefined }));
    const reading: Parameters<typeof readGeneration>[0] = {
      update: (at, updater) =>
        store.update(at, (stored, time) => {
          const wrapped = Object(stored).record;
          return { record: Object(stored), result: updater(wrapped, time).result };
        }),
    };
    for (const read of [readGeneration, openGeneration]) {
      const error = await read(reading, key).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(GenerationUnreadableError);
      expect(error).toMatchObject({
        key,
        message: expect.stringContaining(`The record ${key} cannot be read`),
      });
    }
  });
});

describe('a generation', () => {
  test.each([
    [{ id: 'g1', writes: 3 }],
    [{ id: 'g1', writes: 4 }],
    [{ id: 'g1', writes: 3, addedLater: true }],
  ])('is the expected one, or knows more: %j', (record) => {
    const { id, writes } = record;
    expect(checkGeneration({ key, expected }, record)).toEqual({ id, writes });
  });

  test.each<[Record<string, number> | undefined, number, boolean]>([
    [{ a: 3 }, 3, false],
    [{ a: 4 }, 3, false],
    [{ a: 2, b: 9 }, 3, true],
    [{ b: 9 }, 3, true],
    [{ b: 9 }, 0, false],
    [undefined, 1, true],
    [undefined, 0, false],
  ])('with the last writes %j is missing write %i of a: %s', (lastWrites, lastWrite, isMissing) => {
    const record = { id: 'g1', writes: 9, ...(lastWrites && { lastWrites }) };
    const check = () => checkGeneration({ key, expected, writer: { id: 'a', lastWrite } }, record);
    if (isMissing) expect(check).toThrow(GenerationChangedError);
    else expect(check()).toEqual(record);
  });

  test('that remembers as many writers as it can does not miss the write of one that it does not remember', () => {
    const othersOf = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`other ${at}`, at + 1]));
    const check = (others: number) => () =>
      checkGeneration(
        { key, expected, writer: { id: 'a', lastWrite: 1 } },
        { id: 'g1', writes: 99, lastWrites: othersOf(others) },
      );
    expect(check(mostWriters - 1)).toThrow(GenerationChangedError);
    expect(check(mostWriters)).not.toThrow();
  });

  test('counts each write, and remembers the writer where one is named', () => {
    const once = afterWrite({ id: 'g1', writes: 0 }, undefined);
    expect(once).toEqual({ id: 'g1', writes: 1 });
    const thrice = afterWrite(afterWrite(once, { id: 'a', lastWrite: 0 }), { id: 'b', lastWrite: 0 });
    expect(thrice).toEqual({ id: 'g1', writes: 3, lastWrites: { a: 2, b: 3 } });
    expect(afterWrite(thrice, undefined)).toEqual({ ...thrice, writes: 4 });
    expect(afterWrite(thrice, { id: 'a', lastWrite: 2 }).lastWrites).toEqual({ a: 4, b: 3 });
  });

  test('forgets the writer whose last write is the oldest', () => {
    let written: Generation = expected;
    for (let at = 0; at < mostWriters; at += 1) {
      written = afterWrite(written, { id: `w${at}`, lastWrite: 0 });
    }
    written = afterWrite(written, { id: 'w0', lastWrite: 4 });
    const after = afterWrite(written, { id: 'late', lastWrite: 0 });
    const remembered = new Set(Object.keys(after.lastWrites ?? {}));
    expect(remembered.size).toBe(mostWriters);
    expect(remembered).toContain('late');
    expect(remembered).toContain('w0');
    expect(remembered).not.toContain('w1');
  });

  test('may have no writes yet', () => {
    const found = { id: 'g1', writes: 0 };
    expect(checkGeneration({ key, expected: found }, found)).toEqual(found);
  });

  test.each([
    [undefined, 'found none'],
    [{ id: 'g1', writes: 2 }, 'found g1 with 2 writes'],
    [{ id: 'g2', writes: 3 }, 'found g2 with 3 writes'],
    [{ id: 'g2', writes: 9 }, 'found g2 with 9 writes'],
  ])('is not the expected one: %j', (record, message) => {
    for (const writer of [undefined, { id: 'a', lastWrite: 0 }]) {
      const check = () => checkGeneration({ key, expected, writer }, record);
      expect(check).toThrow(GenerationChangedError);
      expect(check).toThrow(`expected g1 with 3 writes, ${message}`);
    }
  });

  test('begins durably, and is read without a change', async () => {
    const store = createMemoryStore();
    const durable: unknown[] = [];
    const watched: Parameters<typeof readGeneration>[0] = {
      update: (at, updater, options) => {
        durable.push(options?.durable);
        return store.update(at, updater);
      },
    };
    expect(await readGeneration(watched, key)).toBeUndefined();
    expect(await store.keys('a')).toEqual([]);
    const opened = await openGeneration(watched, key);
    expect(opened).toEqual({ id: expect.stringMatching(/^[\da-f-]{36}$/), writes: 0 });
    expect(await openGeneration(watched, key)).toEqual(opened);
    for (let reads = 0; reads < 2; reads += 1) expect(await readGeneration(watched, key)).toEqual(opened);
    expect(durable).toEqual([undefined, true, true, undefined, undefined]);
  });
});
