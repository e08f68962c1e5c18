import { type Order, type OrderFilters } from '@wemasy-orders/client';
import { orderPage } from '@wemasy-orders/client/testing';
import { describe, expect, it } from 'vitest';
import { driftNotice, readPages } from './read-pages.js';

/** A client whose shop changes from page to page: each page is what it showed at its time. */
function shop(pages: readonly (readonly number[])[], totals: readonly number[]) {
  const asked: OrderFilters[] = [];
  return {
    asked,
    async *listAll(filters: OrderFilters = {}) {
      asked.push(filters);
      for (const [at, ids] of pages.entries()) {
        const orders = ids.map((id): Order => ({ id }));
        yield orderPage(orders, { page: at + 1, perPage: 3, total: totals[at] ?? 0 }).data;
      }
    },
  };
}

async function read(client: ReturnType<typeof shop>, filters: OrderFilters = {}) {
  const ids: number[] = [];
  const pages = readPages({ client, filters, call: {} });
  for (;;) {
    const next = await pages.next();
    if (next.done === true) return { ids, drift: next.value };
    ids.push(...next.value.orders.map(({ id }) => id));
  }
}

describe('reading all pages', () => {
  it('asks for large pages, oldest first, so that new orders come at the end', async () => {
    const client = shop([[1]], [1]);
    await read(client);
    expect(client.asked).toEqual([{ per_page: 100, sortKey: 'created_at', sortOrder: 'asc' }]);
  });

  it('sorts and pages as it is told', async () => {
    const client = shop([[1]], [1]);
    await read(client, { sortKey: 'total_amount', per_page: 7 });
    expect(client.asked).toEqual([{ sortKey: 'total_amount', per_page: 7 }]);
  });

  it('leaves out what a new order has pushed onto the next page', async () => {
    const { ids, drift } = await read(
      shop(
        [
          [9, 8, 7],
          [7, 6, 5],
        ],
        [6, 7],
      ),
    );
    expect(ids).toEqual([9, 8, 7, 6, 5]);
    expect(driftNotice(drift)).toBe(
      'Orders changed while the pages were read: 1 repeated ones were left out.',
    );
  });

  it('says so when orders may have slipped by', async () => {
    const { ids, drift } = await read(
      shop(
        [
          [1, 2, 3],
          [5, 6],
        ],
        [6, 5],
      ),
    );
    expect(ids).toEqual([1, 2, 3, 5, 6]);
    expect(driftNotice(drift)).toMatch(/up to 1 may be missing; run it again to be sure\.$/);
  });

  it('says nothing of a shop that stood still', async () => {
    const { drift } = await read(shop([[1, 2, 3], [4]], [4, 4]));
    expect(driftNotice(drift)).toBeUndefined();
  });
});
