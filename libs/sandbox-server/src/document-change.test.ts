import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type * as operationsModule from '@wemasy-orders/client/operations';
import type * as schemasModule from '@wemasy-orders/client/schemas';
import {
  ordersPerPage,
  startTestSandbox,
  type TestAnswer,
  type TestSandbox,
} from './testing/test-sandbox.js';

// A document that gained sort keys and filters. The generated files follow it.
vi.mock('@wemasy-orders/client/schemas', async (importOriginal) => {
  const z = await import('zod');
  const schemas = await importOriginal<typeof schemasModule>();
  const OrderSortKey = z.enum([...schemas.OrderSortKey.options, 'payment_status', 'customer_rating']);
  return {
    ...schemas,
    OrderSortKey,
    ListOrdersRequest: schemas.ListOrdersRequest.extend({
      sortKey: OrderSortKey.nullable().exactOptional(),
      payment_method: z.string().nullable().exactOptional(),
      should_snelstart_sync: z.boolean().nullable().exactOptional(),
      type: z.union([z.string(), z.array(z.string())]).exactOptional(),
      created_after: z.string().exactOptional(),
    }),
    ListOrdersQuery: schemas.ListOrdersQuery.extend({
      payment_status: z.string().exactOptional(),
      archived: z.boolean().exactOptional(),
    }),
  };
});
vi.mock('@wemasy-orders/client/operations', async (importOriginal) => {
  const { operations, ...others } = await importOriginal<typeof operationsModule>();
  const { listOrders } = operations;
  const gained = {
    payment_status: { in: 'query' },
    archived: { in: 'query' },
    shop: { in: 'header', field: 'X-Shop' },
  };
  const changed = { ...listOrders, arguments: { ...listOrders.arguments, ...gained } };
  return { ...others, operations: { ...operations, listOrders: changed } };
});
let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox({ orders: 200 });
});
afterAll(() => sandbox.close());

async function list(body: object, query = '', headers = {}): Promise<TestAnswer> {
  sandbox.nextWindow();
  return sandbox.send(`/api/services/webshop/v1/orders/all${query}`, {
    method: 'POST',
    headers: {
      Authorization: 'Bearer sandbox-full-access',
      Accept: 'application/json',
      'Content-Type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ per_page: ordersPerPage(200), ...body }),
  });
}

async function values(field: string, body: object, query?: string): Promise<unknown[]> {
  const { status, json, text } = await list(body, query);
  expect(status, text).toBe(200);
  const orders: unknown[] = Object(json).data.data;
  expect(orders.length).toBeGreaterThan(1);
  return orders.map((order) => Object(order)[field]);
}

describe('a sort key that the document gains', () => {
  it('sorts by the field of its name', async () => {
    const sorted = await values('payment_status', { sortKey: 'payment_status', sortOrder: 'asc' });
    const texts = sorted.filter((value) => value !== null);
    expect(texts).toEqual(texts.toSorted());
    expect(new Set(texts).size).toBeGreaterThan(2);
  });

  it('is refused by name when an order has no such field', async () => {
    const { status, json } = await list({ sortKey: 'customer_rating' });
    expect([status, json]).toEqual([
      501,
      {
        error: true,
        message:
          'The sandbox cannot sort or filter by customer_rating: an order has no such field to compare.',
      },
    ]);
  });
});

describe('a filter that the document gains', () => {
  it.each([
    ['text', 'payment_method', 'paypal'],
    ['a boolean', 'should_snelstart_sync', true],
    ['a boolean', 'should_snelstart_sync', false],
  ])('compares %s with the field of its name', async (_, field, value) => {
    expect(new Set(await values(field, { [field]: value }))).toEqual(new Set([value]));
  });

  it('may be a query parameter', async () => {
    expect(new Set(await values('payment_status', {}, '?payment_status=refunded'))).toEqual(
      new Set(['refunded']),
    );
  });

  it.each([
    ['created_after', { created_after: '2026-01-01' }, ''],
    ['type', { type: ['checkout', 'manual'] }, ''],
    ['archived', {}, '?archived=true'],
  ])('is refused by name when it compares with no field: %s', async (name, body, query) => {
    const { status, text } = await list(body, query);
    expect(status).toBe(501);
    expect(text).toContain(`by ${name}:`);
  });

  it('is refused by name when it is a header', async () => {
    const { status, text } = await list({}, '', { 'X-Shop': '7' });
    expect([status, text]).toEqual([501, expect.stringContaining('cannot apply the header X-Shop')]);
  });

  it('is validated like any other', async () => {
    expect((await list({}, '?archived=perhaps')).json).toMatchObject({
      errors: { archived: ['The archived field must be true or false.'] },
    });
  });
});
