import { createMemoryStore } from '@wemasy-orders/state';
import { expect, it } from 'vitest';
import { journalAt } from './journal-access.js';
import { createOrderSync } from './order-sync.js';
import { recordedOrders } from './recorded-orders.js';

it('names the orders that were sent, those of this account only', async () => {
  const store = createMemoryStore();
  const client = {
    sync: async (_: number, call?: { beforeSend?: (() => Promise<unknown>) | undefined }) => {
      await call?.beforeSend?.();
      return { error: false, message: 'booked', data: [] };
    },
    list: () => Promise.reject(new Error('list is not used here')),
  };
  const options = { client, store, caller: { app: 'test', version: '1.0.0' } };
  const ours = createOrderSync({ ...options, journal: journalAt(store, 'ours') });
  const theirs = createOrderSync({ ...options, journal: journalAt(store, 'theirs') });
  for (const id of [12, 2, 101]) await ours.sync(id);
  await theirs.sync(7);
  await store.update('ours/order/no-id', () => ({ record: {}, result: undefined }));
  expect(await recordedOrders(store, 'ours')).toEqual([2, 12, 101]);
  expect(await recordedOrders(store, 'unknown')).toEqual([]);
});

it('does not take a journal that cannot be read, or kept, for an empty one', async () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:6379'), { code: 'ECONNREFUSED' });
  const away = { keys: () => Promise.reject(cause), healthCheck: async () => undefined };
  await expect(recordedOrders(away, 'ours')).rejects.toMatchObject({
    code: 'internal_error',
    message: 'The journal is not available (ECONNREFUSED).',
    cause,
  });
  const readOnly = { keys: async () => [], healthCheck: async () => 'it is on a read-only disk' };
  await expect(recordedOrders(readOnly, 'ours')).rejects.toMatchObject({
    message: 'The journal is not available (it is on a read-only disk).',
  });
  const kept = { ...readOnly, keys: async () => ['ours/order/7'] };
  expect(await recordedOrders(kept, 'ours')).toEqual([7]);
});
