import type { Order } from '@wemasy-orders/client';
import Big from 'big.js';
import { cleanText } from './clean-text.js';

/** Count and exact sum of the orders of one status. */
export interface StatusTotal {
  readonly count: number;
  /** Decimal string. */
  readonly sum: string;
}

export interface Totals {
  readonly byStatus: Readonly<Record<string, StatusTotal>>;
  /** Orders that are counted but whose amount could not be read, so that no sum contains them. */
  readonly withoutAmount: number;
}

/** Counts and sums orders by status, page by page. Amounts are decimal strings and stay exact: no floating point. */
export function createTotals(): { add(orders: readonly Order[]): void; value(): Totals } {
  const groups = new Map<string, { count: number; sum: Big }>();
  let withoutAmount = 0;
  return {
    add(orders) {
      for (const { status, total } of orders) {
        const key = status === null || status === undefined ? '(none)' : cleanText(status);
        const group = groups.get(key) ?? { count: 0, sum: new Big(0) };
        const amount = readAmount(total);
        if (amount === undefined) withoutAmount += 1;
        groups.set(key, { count: group.count + 1, sum: group.sum.plus(amount ?? 0) });
      }
    },
    value() {
      const byStatus = [...groups]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([status, { count, sum }]) => [status, { count, sum: sum.toFixed() }] as const);
      return { byStatus: Object.fromEntries(byStatus), withoutAmount };
    },
  };
}

/** Counts and sums the orders of one page. */
export function totalsOf(orders: readonly Order[]): Totals {
  const totals = createTotals();
  totals.add(orders);
  return totals.value();
}

/**
 * The amount of an order, exactly, as a decimal without superfluous zeros.
 *
 * @returns undefined where it is no plain decimal with a point: a comma or a second
 *   point may mean thousands or cents
 */
export function exactAmount(total: Order['total']): string | undefined {
  return readAmount(total)?.toFixed();
}

function readAmount(total: Order['total']): Big | undefined {
  // Longer numbers are no prices, and arithmetic on a million digits would stall the server.
  return typeof total === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(total) ? new Big(total) : undefined;
}
