import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrderSortKey } from '@wemasy-orders/client/schemas';
import type { Connection } from './connection.js';
import { openDatabase } from './database.js';
import { createOrderTable, type OrderQuery, type OrderTable } from './order-table.js';
import { inventOrders } from './orders.js';
import { searchText } from './search-text.js';

const count = 2_500;
const all = [...inventOrders(count, 1)].map(({ order }) => order);

let database: Connection;
let table: OrderTable;
beforeAll(() => {
  database = openDatabase(undefined, { orders: count, seed: 1 });
  table = createOrderTable(database);
});
afterAll(() => database.close());

const everything: OrderQuery = {
  status: null,
  type: null,
  search: null,
  sortKey: 'created_at',
  sortOrder: 'asc',
  page: 1,
  perPage: count,
};

// From nearly every order down to one and none: few are remembered one by one, many are walked through.
describe.each(['', 'e', 'an', '@', 'zo', 'q', '8', 'ë', 'x7', '漢'])('a search for %j', (search) => {
  const expected = all.filter((order) => searchText(order).includes(search));

  it('finds the orders whose text has it', () => {
    const { orders, total } = table.list({ ...everything, search });
    expect(total).toBe(expected.length);
    expect(new Set(idsOf(orders))).toEqual(new Set(idsOf(expected)));
  });

  it('is narrowed by status and type', () => {
    const found = table.list({ ...everything, search, status: 'completed', type: 'checkout' });
    const narrowed = expected.filter(({ status, type }) => status === 'completed' && type === 'checkout');
    expect(new Set(idsOf(found.orders))).toEqual(new Set(idsOf(narrowed)));
    expect(found.total).toBe(narrowed.length);
  });

  it.each(OrderSortKey.options)('is the same sorted by %s, page by page', (sortKey) => {
    const whole = idsOf(table.list({ ...everything, search, sortKey }).orders);
    const perPage = Math.max(Math.ceil(whole.length / 3), 1);
    const pages = [1, 2, 3].flatMap((page) =>
      idsOf(table.list({ ...everything, search, sortKey, page, perPage }).orders),
    );
    expect(pages).toEqual(whole);
  });
});

function idsOf(orders: readonly unknown[]): number[] {
  return orders.map((order) => Number(Object(order).id));
}
