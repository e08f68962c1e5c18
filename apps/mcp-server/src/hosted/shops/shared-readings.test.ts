import { createMemoryStore, type ListableStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it } from 'vitest';
import { withSharedReadings } from './shared-readings.js';

async function scene() {
  const clock = createVirtualClock();
  const memory = createMemoryStore({ clock });
  const counts = { updates: 0, persistence: 0, closed: 0 };
  const away = { is: false };
  const counted: ListableStore = {
    ...memory,
    async update(...args) {
      counts.updates += 1;
      if (away.is) throw new Error('away');
      return await memory.update(...args);
    },
    async persistence() {
      counts.persistence += 1;
      return await memory.persistence();
    },
    async close() {
      counts.closed += 1;
    },
  };
  const store = withSharedReadings(counted, { clock, isShared: (key) => key.endsWith('/accounts') });
  const generation = await memory.openGeneration('api/journal');
  const read = (key: string) =>
    store.update(key, (record) => ({
      record: record === undefined ? undefined : Object(record),
      result: record,
    }));
  const write = (key: string, record: object) => store.update(key, () => ({ record, result: undefined }));
  counts.updates = 0;
  return { clock, counts, away, store, generation, read, write };
}

describe('a record that all shops read', () => {
  it('is read once a second, also by shops that ask at the same moment', async () => {
    const { clock, counts, read, write } = await scene();
    await write('api/accounts', { n: 1 });
    counts.updates = 0;
    expect(await Promise.all([read('api/accounts'), read('api/accounts')])).toEqual([{ n: 1 }, { n: 1 }]);
    await read('api/accounts');
    expect(counts.updates).toBe(1);
    await clock.advance(1_001);
    await read('api/accounts');
    expect(counts.updates).toBe(2);
  });

  it('shows what this process has written to it at once', async () => {
    const { store, generation, read, write } = await scene();
    await read('api/accounts');
    await write('api/accounts', { n: 1 });
    expect(await read('api/accounts')).toEqual({ n: 1 });
    const guard = { key: 'api/journal', expected: generation };
    await store.updateGuarded('api/accounts', () => ({ record: { n: 2 }, result: undefined }), guard);
    expect(await read('api/accounts')).toEqual({ n: 2 });
  });

  it('is asked for again after a failure', async () => {
    const { away, read } = await scene();
    away.is = true;
    await expect(read('api/accounts')).rejects.toThrow('away');
    away.is = false;
    expect(await read('api/accounts')).toBeUndefined();
  });
});

it('a record of one shop is read every time', async () => {
  const { counts, read } = await scene();
  await read('api/shop/order/1');
  await read('api/shop/order/1');
  expect(counts.updates).toBe(2);
});

it('a shop that is let go leaves the store open for the others', async () => {
  const { counts, store } = await scene();
  await Promise.all([store.persistence(), store.persistence()]);
  await store.close();
  expect(counts).toMatchObject({ persistence: 1, closed: 0 });
});
