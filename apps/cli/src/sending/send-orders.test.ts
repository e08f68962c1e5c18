import { AuthenticationError, CancelledError } from '@wemasy-orders/client';
import type { OrderSync, SyncOptions } from '@wemasy-orders/order-sync';
import { describe, expect, it } from 'vitest';
import { sendOrders, type SendOrdersOptions } from './send-orders.js';

const synced: OrderSync['sync'] = (orderId) =>
  Promise.resolve({ orderId, message: 'booked', syncedAt: '2026-01-01T00:00:00.000Z', recorded: true });

function options(sync: OrderSync['sync'], given: Partial<SendOrdersOptions> = {}): SendOrdersOptions {
  return {
    orderSync: { sync },
    orderIds: [1, 2, 3],
    priority: 'background',
    allowance: { limit: 5, windowMs: 60_000 },
    resend: false,
    maxWaitMs: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...given,
  };
}

describe('a run', () => {
  it('leaves a part of each window to people, except in its last one', async () => {
    const asked: SyncOptions['priority'][] = [];
    const orderIds = Array.from({ length: 12 }, (_, at) => at + 1);
    await sendOrders(
      options(
        (orderId, call) => {
          asked.push(call?.priority);
          return synced(orderId);
        },
        { orderIds },
      ),
    );
    expect(asked).toEqual([...Array(7).fill('background'), ...Array(5).fill('interactive')]);
  });

  it('waits as long as it may, and resends only with resend', async () => {
    const calls: (SyncOptions | undefined)[] = [];
    const sync: OrderSync['sync'] = (orderId, call) => {
      calls.push(call);
      return synced(orderId);
    };
    await sendOrders(options(sync, { orderIds: [1] }));
    await sendOrders(options(sync, { orderIds: [1], resend: true, maxWaitMs: 0 }));
    expect(calls).toMatchObject([
      { resend: false, maxWaitMs: Number.POSITIVE_INFINITY },
      { resend: true, maxWaitMs: 0 },
    ]);
  });

  it('that is interrupted returns the orders it did not reach', async () => {
    const controller = new AbortController();
    const result = await sendOrders(
      options(
        (orderId, call) => {
          if (orderId === 2) controller.abort();
          return call?.signal?.aborted === true
            ? Promise.reject(new CancelledError('none'))
            : synced(orderId);
        },
        { signal: controller.signal },
      ),
    );
    expect(result).toMatchObject({ outcomes: [{ orderId: 1, outcome: 'synced' }], remaining: [2, 3] });
    expect(result).not.toHaveProperty('stoppedBy');
  });

  it('that cannot continue returns the error and the orders it did not reach', async () => {
    const refused = new AuthenticationError({ status: 401 });
    const result = await sendOrders(
      options((orderId) => (orderId === 1 ? synced(orderId) : Promise.reject(refused))),
    );
    expect(result).toMatchObject({
      outcomes: [{ orderId: 1 }, { orderId: 2, outcome: 'rejected' }],
      remaining: [3],
      stoppedBy: refused,
    });
  });
});
