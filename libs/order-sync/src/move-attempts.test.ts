import { createMemoryStore, type ListableStore } from '@wemasy-orders/state';
import { expect, it } from 'vitest';
import { moveAttempts } from './move-attempts.js';
import type { Attempt } from './record.js';
import { recordedOrders } from './recorded-orders.js';

const attempt = (id: string, token: string, startedAt: string): Attempt => ({
  id,
  state: 'synced',
  startedAt,
  leaseUntil: startedAt,
  endedAt: startedAt,
  message: 'booked',
  token,
  by: { app: 'tests', version: '1.0.0', pid: 1, host: 'laptop', instance: 'a' },
});

const [early, late] = ['2026-11-22T09:00:00.000Z', '2026-11-22T10:00:00.000Z'];

async function storeWith(records: Readonly<Record<string, unknown>>) {
  const store = createMemoryStore();
  const expected = await store.openGeneration('api/journal');
  for (const [key, record] of Object.entries(records)) {
    await store.update(key, () => ({ record: Object(record), result: undefined }));
  }
  const read = (key: string) =>
    store.update(key, (record) => ({
      record: record === undefined ? undefined : Object(record),
      result: record,
    }));
  const move = (through: Partial<ListableStore> = {}) =>
    moveAttempts(
      { ...store, ...through },
      { from: 'api/a', to: 'api/b', token: 'tb', guard: { key: 'api/journal', expected } },
    );
  const put = (key: string, record: unknown) =>
    store.update(key, () => ({
      record: record === undefined ? undefined : Object(record),
      result: undefined,
    }));
  return { store, read, move, put };
}

it('moves the attempts of one token, in the order in which they were made', async () => {
  const { store, read, move } = await storeWith({
    'api/a/order/1': {
      version: 1,
      orderId: 1,
      attempts: [attempt('1', 'tb', early), attempt('2', 'ta', late)],
    },
    'api/a/order/2': { version: 1, orderId: 2, attempts: [attempt('3', 'ta', early)] },
    'api/a/order/3': { version: 1, orderId: 3, attempts: [attempt('4', 'tb', early)] },
    'api/b/order/1': { version: 1, orderId: 1, attempts: [attempt('5', 'tb', late)] },
  });
  await move();
  await move();
  expect(await recordedOrders(store, 'api/a')).toEqual([1, 2]);
  expect(await recordedOrders(store, 'api/b')).toEqual([1, 3]);
  expect(await read('api/b/order/1')).toMatchObject({ attempts: [{ id: '1' }, { id: '5' }] });
  expect(await read('api/a/order/1')).toMatchObject({ attempts: [{ id: '2' }] });
});

it('leaves records that it cannot read, on either side', async () => {
  const damaged = { version: 1, orderId: 1, attempts: 'torn' };
  const mine = { version: 1, orderId: 2, attempts: [attempt('1', 'tb', early)] };
  const { read, move } = await storeWith({
    'api/a/order/1': damaged,
    'api/a/order/2': mine,
    'api/b/order/2': damaged,
  });
  await move();
  expect(await read('api/a/order/1')).toEqual(damaged);
  expect(await read('api/a/order/2')).toEqual(mine);
  expect(await read('api/b/order/2')).toEqual(damaged);
});

it('adds an attempt once, where an earlier move was interrupted after it had added it', async () => {
  const [moved, other] = [attempt('1', 'tb', early), attempt('2', 'ta', early)];
  const { read, move } = await storeWith({
    'api/a/order/1': { version: 1, orderId: 1, attempts: [moved, attempt('3', 'tb', late)] },
    'api/b/order/1': { version: 1, orderId: 1, attempts: [moved, other] },
  });
  await move();
  expect(await read('api/a/order/1')).toBeUndefined();
  expect(await read('api/b/order/1')).toMatchObject({ attempts: [{ id: '1' }, { id: '2' }, { id: '3' }] });
});

it('writes no record for an order whose record is gone since the orders were listed', async () => {
  const { store, read, move } = await storeWith({});
  await move({ keys: async () => ['api/a/order/1'] });
  expect(await read('api/a/order/1')).toBeUndefined();
  expect(await recordedOrders({ ...store, healthCheck: async () => undefined }, 'api/b')).toEqual([]);
});

it.each([
  ['is gone', undefined],
  ['cannot be read any more', { version: 2, orderId: 1, state: 'synced' }],
])('leaves a record as it is that %s once its attempts were added', async (_, found) => {
  const mine = { version: 1, orderId: 1, attempts: [attempt('1', 'tb', early)] };
  const { store, read, move, put } = await storeWith({ 'api/a/order/1': mine });
  await move({
    async updateGuarded(key, updater, guard) {
      const result = await store.updateGuarded(key, updater, guard);
      if (key === 'api/b/order/1') await put('api/a/order/1', found);
      return result;
    },
  });
  expect(await read('api/a/order/1')).toEqual(found);
  expect(await read('api/b/order/1')).toMatchObject({ attempts: [{ id: '1' }] });
});
