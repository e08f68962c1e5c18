import type { Order, OrdersLister } from '@wemasy-orders/client';
import { orderPage } from '@wemasy-orders/client/testing';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { expect, it } from 'vitest';
import { lookUpOrder } from './look-up-order.js';

/** A shop with so many orders, newest first; its search finds those that are given. */
function shopOf(count: number, found: readonly number[] = []) {
  const asked: Parameters<OrdersLister['list']>[] = [];
  const client: OrdersLister = {
    async list(...call) {
      asked.push(call);
      const [{ page = 1, per_page, search_query } = {}] = call;
      const size = per_page ?? 1;
      const all = Array.from({ length: count }, (_, at) => count - at);
      const matching = search_query === undefined ? all : found;
      const orders = matching.slice((page - 1) * size, page * size).map((id) => ({ id }));
      return orderPage(orders, { page, perPage: size, total: matching.length }).data;
    },
  };
  const { signal } = new AbortController();
  const lookUp = (orderId: number) =>
    lookUpOrder(client, orderId, { signal, clock: createVirtualClock(Date.UTC(2026, 10, 22, 9)) });
  return { asked, lookUp, signal };
}

const newestFirst = { sortKey: 'created_at', sortOrder: 'desc', per_page: 100 };

it('searches for the id, then reads the newest orders until it has the order', async () => {
  const { asked, lookUp, signal } = shopOf(1_000, [7]);
  expect(await lookUp(850)).toEqual({
    order: expect.objectContaining({ id: 850 }),
    looks: [
      { by: 'search', orders: 1, of: 1 },
      { by: 'newest', orders: 200, of: 1_000 },
    ],
    askedAt: '2026-11-22T09:00:00.000Z',
  });
  expect(asked).toEqual([
    [{ ...newestFirst, search_query: '850', page: 1 }, { signal }],
    [{ ...newestFirst, page: 1 }, { signal }],
    [{ ...newestFirst, page: 2 }, { signal }],
  ]);
});

it('reads no order beyond the search that found it', async () => {
  const { asked, lookUp } = shopOf(1_000, [8, 7]);
  expect(await lookUp(7)).toMatchObject({ order: { id: 7 }, looks: [{ by: 'search', orders: 2, of: 2 }] });
  expect(asked).toHaveLength(1);
});

it('reads one page of a search and three of the newest orders, and reports what it found', async () => {
  const many = Array.from({ length: 500 }, (_, at) => 5_000 + at);
  const { asked, lookUp } = shopOf(1_000, many);
  expect(await lookUp(7)).toEqual({
    looks: [
      { by: 'search', orders: 100, of: 500 },
      { by: 'newest', orders: 300, of: 1_000 },
    ],
    askedAt: '2026-11-22T09:00:00.000Z',
  });
  expect(asked).toHaveLength(4);
});

it('gives what may show whether an order was sent, and no personal data', async () => {
  const facts = {
    id: 7,
    order_number: 'W-7',
    date: '2026-11-22 09:00:AM',
    status: 'paid',
    payment_status: 'paid',
    invoice_id: 'F-7',
    should_snelstart_sync: true,
  };
  const found = async (order: Order) => {
    const client = { list: async () => orderPage([order]).data };
    return await lookUpOrder(client, 7, { signal: undefined, clock: createVirtualClock() });
  };
  const billing = { invoice_firstname: 'Jan', invoice_email: 'jan@example.com' };
  expect((await found({ ...facts, billing, total: '12.50' })).order).toStrictEqual(facts);
  const nothing = Object.fromEntries(Object.keys(facts).map((name) => [name, null]));
  expect((await found({ id: 7 })).order).toStrictEqual({ ...nothing, id: 7 });
});
