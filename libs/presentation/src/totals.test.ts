import type { Order } from '@wemasy-orders/client';
import type { AnswerField } from '@wemasy-orders/client/operations';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createTotals,
  exactAmount,
  totalsOf as totalsFor,
  unreadableAmountsText,
  withheldAmountsText,
} from './totals.js';

const shown: AnswerField = { privacy: 'public', types: [] };
/** An order whose amount may be shown, whatever the document marks. */
const publicOrder = { types: ['object'], fields: { id: shown, status: shown, total: shown } };

const totalsOf = (orders: readonly Order[]) => totalsFor(orders, 'none', publicOrder);

describe('totals', () => {
  it('count and sum by status, exactly', () => {
    const orders = [
      { id: 1, status: 'paid', total: '0.1' },
      { id: 2, status: 'paid', total: '0.2' },
      { id: 3, status: 'on_hold', total: '129.99551' },
    ];
    expect(totalsOf(orders)).toEqual({
      byStatus: { on_hold: { count: 1, sum: '129.99551' }, paid: { count: 2, sum: '0.3' } },
      unreadable: { count: 0, order_ids: [] },
      hasAmounts: true,
    });
  });

  it.each([[null], [undefined], [''], ['abc'], ['1e9'], ['NaN'], ['1,50'], ['9'.repeat(31)]])(
    'count an order whose amount is %j and leave it out of the sum',
    (total) => {
      const order = { id: 2, status: 'paid', ...(total === undefined ? {} : { total }) };
      expect(totalsOf([{ id: 1, status: 'paid', total: '5' }, order])).toEqual({
        byStatus: { paid: { count: 2, sum: '5' } },
        unreadable: { count: 1, order_ids: [2] },
        hasAmounts: true,
      });
    },
  );

  it('have no sum for a status of which no amount can be read', () => {
    const orders = [
      { id: 1, status: 'failed', total: '1,50' },
      { id: 2, status: 'paid', total: '0.00' },
    ];
    expect(totalsOf(orders).byStatus).toEqual({ failed: { count: 1 }, paid: { count: 1, sum: '0' } });
  });

  it('group orders without a status, and clean the status of others', () => {
    const totals = totalsOf([
      { id: 1, status: null },
      { id: 2 },
      { id: 3, status: 'pa\u200bid', total: '1' },
    ]);
    expect(Object.keys(totals.byStatus)).toEqual(['(none)', 'paid']);
  });

  it('keep a status that is named like a part of every object', () => {
    const { byStatus } = totalsOf([{ id: 1, status: '__proto__', total: '1' }]);
    expect(Object.keys(byStatus)).toEqual(['__proto__']);
  });

  it('are in the order of their statuses, whatever comes first', () => {
    const statuses = ['paid', 'failed', 'on_hold', 'cancelled', 'paid', 'failed'];
    const { byStatus } = totalsOf(statuses.map((status, id) => ({ id, status, total: '1' })));
    expect(Object.keys(byStatus)).toEqual(['cancelled', 'failed', 'on_hold', 'paid']);
  });

  it('name the first twenty orders whose amount cannot be read, and count all', () => {
    const orders = Array.from({ length: 21 }, (_, at) => ({ id: at + 1, total: 'x' }));
    expect(totalsOf(orders.slice(0, 20)).unreadable).toEqual({
      count: 20,
      order_ids: orders.slice(0, 20).map(({ id }) => id),
    });
    expect(totalsOf(orders).unreadable).toEqual({
      count: 21,
      order_ids: orders.slice(0, 20).map(({ id }) => id),
    });
  });

  it.each([
    [
      'total',
      { byStatus: { paid: { count: 2 } }, unreadable: { count: 0, order_ids: [] }, hasAmounts: false },
    ],
    [
      'status',
      {
        byStatus: { '(not shown)': { count: 2, sum: '5' } },
        unreadable: { count: 1, order_ids: [2] },
        hasAmounts: true,
      },
    ],
    [
      'id',
      {
        byStatus: { paid: { count: 2, sum: '5' } },
        unreadable: { count: 1, order_ids: [] },
        hasAmounts: true,
      },
    ],
  ] as const)('say nothing of a %s that may not be shown', (name, expected) => {
    const personal: AnswerField = { privacy: 'personal', types: [] };
    const order = { ...publicOrder, fields: { ...publicOrder.fields, [name]: personal } };
    const totals = createTotals('none', order);
    totals.add([
      { id: 1, status: 'paid', total: '5' },
      { id: 2, status: 'paid', total: 'x' },
    ]);
    expect(totals.value()).toEqual(expected);
    expect(withheldAmountsText(totals.value())).toBe(
      name === 'total' ? 'Amounts may not be shown, so there are no sums.' : undefined,
    );
  });

  it('read an amount only from a text', () => {
    expect(exactAmount(JSON.parse('12.5'))).toBeUndefined();
    expect(exactAmount('012.50')).toBe('12.5');
  });

  it.each([
    [0, [], undefined],
    [2, [], '2 of these'],
    [2, [7, 8], '7, 8'],
    [5, [1, 2, 3, 4, 5], '1, 2, 3, 4, 5'],
    [6, [1, 2, 3, 4, 5, 6], '1, 2, 3, 4, 5, and 1 more'],
    [30, [1, 2, 3, 4, 5, 6], '1, 2, 3, 4, 5, and 25 more'],
  ])('say which of the orders are in no sum: %i, %j', (count, ids, which) => {
    const text = unreadableAmountsText({ count, order_ids: ids });
    if (which === undefined) expect(text).toBeUndefined();
    else expect(text).toContain(`${which}.`);
  });

  it('are the sum in cents, whatever the order of the orders', () => {
    const cents = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
    fc.assert(
      fc.property(fc.array(cents, { minLength: 1 }), (amounts) => {
        const orders = amounts.map((amount, id) => ({ id, status: 'paid', total: inEuros(amount) }));
        const sum = totalsOf(orders).byStatus['paid']?.sum;
        expect(inCents(sum)).toBe(amounts.reduce((total, amount) => total + amount, 0n));
        expect(totalsOf(orders.toReversed()).byStatus['paid']?.sum).toBe(sum);
      }),
    );
  });
});

function inEuros(cents: bigint): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function inCents(euros: string | undefined): bigint {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(euros ?? '') ?? [];
  return BigInt(`${sign}${whole}${fraction.padEnd(2, '0')}`);
}
