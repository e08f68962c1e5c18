import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { operations } from '@wemasy-orders/client/operations';
import { ListOrdersResponse, OrderSortKey } from '@wemasy-orders/client/schemas';
import { columnOf } from './list-columns.js';
import type { Order } from './order.js';
import { inventOrders } from './orders.js';
import { ordersPerPage, startTestSandbox, type TestSandbox } from './testing/test-sandbox.js';

type Page = z.infer<typeof ListOrdersResponse>['data'];

const count = 200;
/** A sort key of a field that no order has is refused. */
const servedKeys = OrderSortKey.options.filter((key) => columnOf(key) !== undefined);
const hasType = 'type' in operations.listOrders.arguments;
const all = inventOrders(count, 1).map(({ order }) => order);

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox({ orders: count, seed: 1 });
});
afterAll(() => sandbox.close());

async function page(body: object, number?: number): Promise<Page> {
  sandbox.nextWindow();
  const answer = await sandbox.list({ body, ...(number === undefined ? {} : { page: number }) });
  expect(answer.status, answer.text).toBe(200);
  return ListOrdersResponse.parse(answer.json).data;
}

/** All orders that match, over as many pages as they take. */
async function matching(body: object): Promise<Page['data']> {
  const first = await page({ per_page: ordersPerPage(count), ...body });
  const found = [...first.data];
  for (let number = 2; number <= first.last_page; number += 1) {
    found.push(...(await page({ per_page: ordersPerPage(count), ...body }, number)).data);
  }
  return found;
}

async function ids(body: object): Promise<number[]> {
  return (await matching(body)).map(({ id }) => id);
}

function idsOf(orders: readonly Pick<Order, 'id'>[]): number[] {
  return orders.map(({ id }) => id);
}

describe('sorting', () => {
  /** What the keys compare that are not named after a field. */
  const renamed: Record<string, (order: Order) => bigint | string | null> = {
    created_at: ({ date }) => (date == null ? null : twentyFourHour(date)),
    total_amount: ({ total }) => (total == null ? null : exactAmount(total)),
  };

  function valueOf(sortKey: string): (order: Order) => bigint | string | null {
    return (
      renamed[sortKey] ??
      ((order) =>
        z
          .string()
          .nullable()
          .parse(new Map<string, unknown>(Object.entries(order)).get(sortKey)))
    );
  }

  function ascending(key: (order: Order) => bigint | string | null): Order[] {
    return all.toSorted((a, b) => {
      const [left, right] = [key(a), key(b)];
      if (left === right) return a.id - b.id;
      if (left === null) return -1;
      if (right === null) return 1;
      return left < right ? -1 : 1;
    });
  }

  it.each(servedKeys)('by %s, ascending and descending, ties by id', async (sortKey) => {
    const expected = idsOf(ascending(valueOf(sortKey)));
    expect(await ids({ sortKey, sortOrder: 'asc' })).toEqual(expected);
    expect(await ids({ sortKey, sortOrder: 'desc' })).toEqual(expected.toReversed());
  });

  it('by total_amount is by number: 9.5 comes before 10.00001', async () => {
    const data = await matching({ sortKey: 'total_amount', sortOrder: 'asc' });
    const amounts = data.flatMap(({ total }) => (total == null ? [] : [exactAmount(total)]));
    expect(amounts).toEqual(amounts.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(data.some(({ total }) => total?.split('.')[1]?.length === 5)).toBe(true);
  });

  it('puts the newest order first by default', async () => {
    expect(await ids({})).toEqual(await ids({ sortKey: 'created_at', sortOrder: 'desc' }));
    expect((await page({})).data[0]?.id).toBe(all.at(-1)?.id);
  });

  it('breaks ties the same way on every page', async () => {
    const paged = [];
    for (let number = 1; number <= 4; number += 1) {
      paged.push(...(await page({ sortKey: 'status', per_page: 50 }, number)).data);
    }
    expect(idsOf(paged)).toEqual(await ids({ sortKey: 'status' }));
  });
});

describe('search_query', () => {
  const documented = 2502;

  it.each([
    ['an order number', '187', (order: Order) => order.order_number === '187'],
    ['a first name', 'john', (order: Order) => order.id === documented],
    ['a first and last name', 'John Doe', (order: Order) => order.id === documented],
    ['an e-mail address', 'JOHN@EXAMPLE.COM', (order: Order) => order.id === documented],
    ['an invoice id', 'inv-5', (order: Order) => order.id === documented],
  ])('finds %s', async (_, search, expected) => {
    expect(await ids({ search_query: search })).toEqual(expect.arrayContaining(idsOf(all.filter(expected))));
  });

  it.each(['van', 'VAN', 'de ', 'inv-1', '12', '4', 'é', 'example', 'b.v', '@example.net', 'groep', 'zoë'])(
    'finds %j in order number, names, e-mail and invoice id, and nowhere else',
    async (search) => {
      const expected = all.filter(({ order_number, invoice_id, billing }) => {
        const name = `${billing?.invoice_firstname ?? ''} ${billing?.invoice_lastname ?? ''}`;
        return [order_number, name, billing?.invoice_company, billing?.invoice_email, invoice_id].some(
          (text) => text?.toLowerCase().includes(search.trim().toLowerCase()),
        );
      });
      expect((await ids({ search_query: search })).toSorted()).toEqual(idsOf(expected).toSorted());
    },
  );

  it.each([
    '%',
    '_',
    '%%%',
    '___',
    'j%n',
    'john_doe',
    '*',
    'john*',
    '"',
    '""',
    '"john"',
    "'",
    'john OR doe',
    '\\',
  ])('searches for %j literally', async (search) => {
    const expected = all.filter(({ billing }) =>
      [
        `${billing?.invoice_firstname ?? ''} ${billing?.invoice_lastname ?? ''}`,
        billing?.invoice_company,
      ].some((text) => text?.toLowerCase().includes(search.toLowerCase())),
    );
    expect((await ids({ search_query: search })).toSorted()).toEqual(idsOf(expected).toSorted());
  });

  it.each(['john\0', 'inv-5\u001f', '8\u001fjohn', '\ud800'])('finds nothing for %j', async (search) => {
    expect(await ids({ search_query: search })).toEqual([]);
  });

  it('does not match across two fields', async () => {
    expect(await ids({ search_query: 'doejohn' })).toEqual([]);
    expect(await ids({ search_query: 'doe john@' })).toEqual([]);
  });
});

describe('filters', () => {
  it('are combined', async () => {
    const body = { status: 'completed', search_query: 'an', ...(hasType ? { type: 'checkout' } : {}) };
    const expected = all.filter(
      ({ status, type, billing, order_number, invoice_id }) =>
        status === 'completed' &&
        (!hasType || type === 'checkout') &&
        [
          `${billing?.invoice_firstname ?? ''} ${billing?.invoice_lastname ?? ''}`,
          billing?.invoice_company,
          billing?.invoice_email,
          order_number,
          invoice_id,
        ].some((text) => text?.toLowerCase().includes('an')),
    );
    expect(expected.length).toBeGreaterThan(3);
    for (const sortKey of servedKeys) {
      expect((await ids({ ...body, sortKey })).toSorted()).toEqual(idsOf(expected).toSorted());
      expect((await page({ ...body, sortKey, per_page: 2 })).total).toBe(expected.length);
    }
  });

  it.runIf(hasType)('by type separate the documented type from another', async () => {
    const manual = await ids({ type: 'manual' });
    const checkout = await ids({ type: 'checkout' });
    expect(manual.length).toBeGreaterThan(0);
    // One order has no type.
    expect(manual.length + checkout.length).toBe(count - 1);
  });

  it.runIf(hasType).each(['check', 'CHECKOUT', 'checkout\0'])('compare the whole type: %j', async (type) => {
    expect(await ids({ type })).toEqual([]);
  });

  it('that do not exist are ignored', async () => {
    expect((await page({ customer: 'John', limit: 1 })).total).toBe(count);
  });
});

describe('pages', () => {
  it('cover every order once', async () => {
    const body = { search_query: 'inv-', per_page: 50 };
    const expected = await ids({ search_query: 'inv-' });
    const pages = [await page(body, 1), await page(body, 2), await page(body, 3)];
    expect(
      pages.map(({ current_page, last_page, per_page, total }) => [current_page, last_page, per_page, total]),
    ).toEqual([
      [1, 3, 50, expected.length],
      [2, 3, 50, expected.length],
      [3, 3, 50, expected.length],
    ]);
    expect(pages.map(({ from, to }) => [from, to])).toEqual([
      [1, 50],
      [51, 100],
      [101, expected.length],
    ]);
    expect(pages.flatMap(({ data }) => idsOf(data))).toEqual(expected);
    const url = `${sandbox.url}/services/webshop/v1/orders/all`;
    expect(pages.map(({ prev_page_url, next_page_url }) => [prev_page_url, next_page_url])).toEqual([
      [null, `${url}?page=2`],
      [`${url}?page=1`, `${url}?page=3`],
      [`${url}?page=2`, null],
    ]);
  });

  it('an empty result has one page, and no from and to', async () => {
    expect(await page({ search_query: 'no such customer' })).toMatchObject({
      data: [],
      current_page: 1,
      last_page: 1,
      from: null,
      to: null,
      total: 0,
      next_page_url: null,
      prev_page_url: null,
    });
  });

  it('a page beyond the last is empty and keeps its number', async () => {
    expect(await page({ per_page: 40 }, 7)).toMatchObject({
      data: [],
      current_page: 7,
      last_page: 5,
      from: null,
      to: null,
      total: count,
      next_page_url: null,
      prev_page_url: `${sandbox.url}/services/webshop/v1/orders/all?page=6`,
    });
    expect((await page({}, Number.MAX_SAFE_INTEGER)).data).toEqual([]);
  });

  it('the number may be in the body', async () => {
    expect((await page({ page: 2 })).data).toEqual((await page({}, 2)).data);
  });

  it('page URLs have the host of the request and no filters', async () => {
    sandbox.nextWindow();
    const answer = await sandbox.list({ body: { status: 'paid' } });
    const { path, first_page_url } = ListOrdersResponse.parse(answer.json).data;
    expect(path).toBe(`${sandbox.url}/services/webshop/v1/orders/all`);
    expect(first_page_url).toBe(`${path}?page=1`);
  });

  it.each([
    [0, 'The per page field must be at least 1.'],
    [-5, 'The per page field must be at least 1.'],
    [2.5, 'The per page field must be an integer.'],
    ['many', 'The per page field must be an integer.'],
  ])('per_page %j is refused', async (per_page, sentence) => {
    sandbox.nextWindow();
    const answer = await sandbox.list({ body: { per_page } });
    expect(answer.status).toBe(422);
    expect(answer.json).toEqual({ message: sentence, errors: { per_page: [sentence] } });
  });

  it('per_page may be text, and be as large as the document allows', async () => {
    expect((await page({ per_page: '3' })).data).toHaveLength(3);
    const most = ordersPerPage(1_000_000);
    expect((await page({ per_page: most })).data).toHaveLength(Math.min(count, most));
  });
});

describe('a shop without orders', () => {
  it('has an empty list', async () => {
    const empty = await startTestSandbox({ orders: 0 });
    const { data } = ListOrdersResponse.parse(
      (await empty.list({ body: { search_query: 'john', status: 'paid' } })).json,
    );
    expect(data).toMatchObject({ data: [], total: 0, last_page: 1 });
    await empty.close();
  });
});

/** `2026-02-17 12:00:PM` as a text that sorts by time. */
function twentyFourHour(date: string): string {
  const [, day = '', hour = '', minute = '', half = ''] = /^(\S+) (\d\d):(\d\d):(AM|PM)$/.exec(date) ?? [];
  return `${day} ${String((Number(hour) % 12) + (half === 'PM' ? 12 : 0)).padStart(2, '0')}:${minute}`;
}

function exactAmount(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(5, '0'));
}
