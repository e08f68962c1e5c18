import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shapes } from './generated/calls.js';
import type { ListOrdersResponse } from './generated/schema.js';
import { readBody } from './read-body.js';
import { fits } from './shape.js';

const shape = shapes.ListOrdersResponse;
type Body = ListOrdersResponse;
const read = (body: unknown) => readBody(shape, body, (value): value is Body => fits(shape, value));

const valueOf = (body: unknown): Body => {
  const result = read(body);
  return 'value' in result ? result.value : expect.fail(result.problem);
};

/** A page whose orders have these fields. */
const pageOf = (...orders: readonly object[]) => ({
  data: { current_page: 1, last_page: 1, data: orders.map((order, at) => ({ id: at + 1, ...order })) },
});

const names = Object.keys(shapes.Order.properties ?? {});

describe('reading a body', () => {
  it('gives a documented value or refuses, whatever JSON a field holds, and changes it no further', () => {
    let drifted = 0;
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 })), (order) => {
        const first = read(pageOf(order));
        if (!('value' in first)) return expect.fail(first.problem);
        expect(fits(shape, first.value)).toBe(true);
        drifted += first.drift.length;
        expect(read(first.value)).toEqual({ value: first.value, drift: [], dropped: [] });
      }),
      { numRuns: 2_000 },
    );
    expect(drifted).toBeGreaterThan(2_000);
  });

  it('keeps every amount that JSON keeps: cents up to 15 digits, to the digit', () => {
    const cents = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });
    fc.assert(
      fc.property(cents, (amount) => {
        const digits = String(amount < 0n ? -amount : amount).padStart(3, '0');
        const text = `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        const body: unknown = JSON.parse(
          JSON.stringify(pageOf({})).replace('"id":1', `"id":1,"total":${text}`),
        );
        const shortest = text.replace(/\.?0+$/, '').replace(/^-0$|^-?$/, '0');
        expect(valueOf(body).data.data[0]?.total).toBe(shortest);
      }),
    );
  });

  it('leaves out a number that JSON may have changed', () => {
    for (const total of [0.1 + 0.2, Number('12345678901234567890'), 1e21, 1e-7, Number.MAX_SAFE_INTEGER]) {
      expect(valueOf(pageOf({ total })).data.data[0]).toEqual({ id: 1 });
    }
  });

  it('keeps what the document does not know, whatever it is called', () => {
    const extra = JSON.parse('{"__proto__":{"x":1},"constructor":2,"order_number":8}');
    const [order] = valueOf(pageOf(extra)).data.data;
    expect(Object.keys(order ?? {})).toEqual(['id', '__proto__', 'constructor', 'order_number']);
    expect(order).toMatchObject({ order_number: '8' });
  });

  it('takes an id that is written as text, and no other text for an id', () => {
    for (const id of ['x', '', '1.5', '1e3', ' 7', '007', '-0x1', '9007199254740993', 7.5, true, null]) {
      expect(read(pageOf({ id }))).toMatchObject({ dropped: [{ path: 'data.data', position: 1 }] });
    }
    expect(valueOf(pageOf({ id: '7' })).data.data).toEqual([{ id: 7 }]);
  });

  it('takes an array that PHP wrote as an object in the order of its keys', () => {
    const orders = { 10: { id: 10 }, 2: { id: 2 } };
    expect(valueOf({ data: { ...pageOf().data, data: orders } }).data.data).toEqual([{ id: 2 }, { id: 10 }]);
    expect(read({ data: { ...pageOf().data, data: { first: { id: 1 } } } })).toEqual({
      problem: 'data.data: expected array, found object',
    });
  });

  it('names a difference once, however many orders have it', () => {
    const orders = Array.from({ length: 100 }, () => ({
      total: 1.5,
      order_number: 8,
      should_snelstart_sync: 1,
    }));
    expect(read(pageOf(...orders))).toMatchObject({ drift: { length: 3 } });
  });
});
