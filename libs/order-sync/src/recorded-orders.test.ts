import { createMemoryStore } from '@wemasy-orders/state';
import { expect, it } from 'vitest';
import { createOrderSync } from './order-sync.js';
import { recordedOrders } from './recorded-orders.js';

it('names the orders that were sent, those of this account only', async () => {
  const store = createMemoryStore();
  const client = {
    sync: async (_: number, call?: { beforeSend?: (() => Promise<unknown>) | undefined }) => {
      await call?.beforeSend?.();
      return { error: false, message: 'booked', data: [] };
    },
    list: () => Promise.reject(new Error('nobody lists')),
  };
  const options = { client, store, caller: { app: 'test', version: '1.0.0' } };
  const ours = createOrderSync({ ...options, namespace: 'ours' });
  const theirs = createOrderSync({ ...options, namespace: 'theirs' });
  for (const id of [12, 2, 101]) await ours.sync(id);
  await theirs.sync(7);
  await store.update('ours/order/no-id', () => ({ record: {}, result: undefined }));
  expect(await recordedOrders(store, 'ours')).toEqual([2, 12, 101]);
  expect(await recordedOrders(store, 'nobody')).toEqual([]);
});
