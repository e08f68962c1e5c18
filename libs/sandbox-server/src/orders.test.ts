import { describe, expect, it, vi } from 'vitest';
import { Order, OrderStatus } from '@wemasy-orders/client/schemas';
import { type AnswerField, operations } from '@wemasy-orders/client/operations';
import type * as operationsModule from '@wemasy-orders/client/operations';
import { documentedOrder } from './documented-order.js';
import { hostileNotes } from './hostile-texts.js';
import type { Order as ShopOrder } from './order.js';
import { inventOrders } from './orders.js';
import { shopDate } from './shop-date.js';

const placed = inventOrders(500, 1);
const orders = placed.map(({ order }) => order);

describe('the same count and seed', () => {
  it('give the same orders, byte for byte', () => {
    expect(JSON.stringify(inventOrders(500, 1))).toBe(JSON.stringify(placed));
  });

  it('with another seed give other orders', () => {
    expect(JSON.stringify(inventOrders(500, 2))).not.toBe(JSON.stringify(placed));
  });
});

it('a field that the document gains has values, and changes nothing else', async () => {
  vi.resetModules();
  vi.doMock('@wemasy-orders/client/operations', async (importOriginal) => {
    const { operations: documented, ...others } = await importOriginal<typeof operationsModule>();
    const changed = structuredClone(documented);
    Object.assign(changed.listOrders.answer.fields.data.fields.data.items.fields, {
      gained: { privacy: 'public', types: ['integer'] },
    });
    return { ...others, operations: changed };
  });
  const { inventOrders: invent } = await import('./orders.js');
  const changed = invent(100, 1).map(({ order }) => order);
  const values = changed.flatMap(({ gained }) => gained ?? []);
  expect(values.length).toBeGreaterThan(90);
  for (const value of values) expect(value).toSatisfy(Number.isInteger);
  const facts = ({ id, date, total, billing }: ShopOrder) => [id, date, total, billing?.invoice_lastname];
  expect(changed.map(facts)).toEqual(inventOrders(100, 1).map(({ order }) => facts(order)));
});

it.each([0, 1, 2, 8, 9, 13, 14, 100, 1_000])('makes %d orders', (count) => {
  const some = inventOrders(count, 3).map(({ order }) => order);
  expect(some).toHaveLength(count);
  expect(new Set(some.map(({ id }) => id)).size).toBe(count);
  if (count > 0) expect(some).toContainEqual(documentedOrder);
});

it('every order matches the document', () => {
  for (const order of orders) expect(Order.parse(order)).toEqual(order);
});

it('ids and order numbers differ', () => {
  const numbers = orders.flatMap(({ order_number: number }) => (number == null ? [] : [Number(number)]));
  expect(new Set(numbers).size).toBe(499);
  for (const { id, order_number } of orders) expect(String(id)).not.toBe(order_number);
});

it('every status of the document occurs', () => {
  expect(new Set(orders.map(({ status }) => status))).toEqual(new Set([...OrderStatus.options, null]));
});

describe('dates', () => {
  it('show the moment that orders are sorted by, in the format of the page', () => {
    for (const { order, placedAt } of placed) {
      expect(order.date).toBe(placedAt === null ? null : shopDate(placedAt));
    }
  });

  it('grow with the ids', () => {
    const moments = placed.flatMap(({ placedAt }) => placedAt ?? []);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
  });
});

describe('amounts', () => {
  const totals = orders.flatMap(({ total }) => total ?? []);

  it('are decimal texts with up to five decimals', () => {
    for (const total of totals) expect(total).toMatch(/^\d+(\.\d{1,5})?$/);
  });

  it.each([0, 1, 2, 3, 5])('with %d decimals occur', (decimals) => {
    expect(totals.filter((total) => (total.split('.')[1] ?? '').length === decimals)).not.toEqual([]);
  });
});

describe('each field of an order', () => {
  it.each(valuesIn(operations.listOrders.answer.fields.data.fields.data.items))(
    '%s occurs with every type of the document, null included',
    (path, types) => {
      const values = orders.map((order) =>
        path.split('.').reduce<unknown>((inner, key) => Object(inner)[key], order),
      );
      // The value of a set flag is not documented; this shop writes true.
      const undecided = ['billing.invoice_is_company', 'billing.custom_shipping_information'];
      const expected = undecided.includes(path) ? ['boolean', 'null'] : types;
      // A whole number is a number, too.
      const kinds = types.includes('number') ? types.filter((type) => type !== 'integer') : expected;
      // The order of the vendor's example has what the page shows, and no more.
      const present = values.filter((value) => value !== undefined);
      expect(new Set(present.map((value) => typeOf(value, kinds)))).toEqual(new Set(kinds));
    },
  );
});

/** The path and types of every value of an order. */
function valuesIn({ types, fields }: AnswerField): readonly (readonly [string, readonly string[]])[] {
  if (fields === undefined) return [['', types]];
  return Object.entries(fields).flatMap(([name, field]) =>
    valuesIn(field).map(([path, found]) => [path === '' ? name : `${name}.${path}`, found] as const),
  );
}

it('every hostile text is the note of an order', () => {
  const notes = orders.map(({ billing }) => billing?.invoice_notes);
  expect(notes).toEqual(expect.arrayContaining([...hostileNotes]));
  expect(orders.map(({ vendor_comment: comment }) => comment)).toEqual(
    expect.arrayContaining([expect.stringContaining('=HYPERLINK')]),
  );
  // Names are drawn at random; so many orders hold each of them.
  const many = inventOrders(2_000, 1);
  const names = many.map(({ order }) => order.billing?.invoice_lastname ?? '').join();
  for (const character of ['\u200b', '\u202e', '"', "'", ',', ';', '<']) expect(names).toContain(character);
});

it('no invented address can be real', () => {
  for (const { billing } of orders) {
    for (const email of [billing?.invoice_email, billing?.shipping_email]) {
      if (email != null) expect(email).toMatch(/^[a-z0-9.]+@example\.(com|net|org)$/);
    }
  }
});

function typeOf(value: unknown, kinds: readonly string[]): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) && !kinds.includes('number') ? 'integer' : typeof value;
}
