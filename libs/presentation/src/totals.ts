import type { Order } from '@wemasy-orders/client';
import type { AnswerField } from '@wemasy-orders/client/operations';
import Big from 'big.js';
import { cleanText } from './clean-text.js';
import { orderField, type PersonalData, showsField } from './visibility.js';

/** Count and exact sum of the orders of one status. */
export interface StatusTotal {
  readonly count: number;
  /** Decimal string; absent where no amount of these orders can be read or shown. */
  readonly sum?: string;
}

/** Orders whose amount cannot be read exactly, so that no sum contains them. */
export interface UnreadableAmounts {
  readonly count: number;
  /** The first of them, where ids may be shown. */
  readonly order_ids: readonly number[];
}

export interface Totals {
  readonly byStatus: Readonly<Record<string, StatusTotal>>;
  readonly unreadable: UnreadableAmounts;
  /** Whether the reader may see amounts; otherwise there are no sums. */
  readonly hasAmounts: boolean;
}

/** Enough to look at by hand. */
const mostNamed = 20;

/** Collects the orders without an amount that can be read exactly. */
export function createAmountCheck(personalData: PersonalData, order: AnswerField = orderField) {
  const hasAmounts = showsField('total', personalData, order);
  const hasIds = showsField('id', personalData, order);
  let count = 0;
  const ids: number[] = [];
  return {
    add(orders: readonly Order[]): void {
      // Whether an amount can be read says something of it.
      if (!hasAmounts) return;
      for (const { id, total } of orders) {
        if (isReadable(total)) continue;
        count += 1;
        if (hasIds && ids.length < mostNamed) ids.push(id);
      }
    },
    facts: (): UnreadableAmounts => ({ count, order_ids: ids }),
  };
}

/** Which orders are in no sum, in one sentence; undefined where all are. */
export function unreadableAmountsText({ count, order_ids: ids }: UnreadableAmounts): string | undefined {
  if (count === 0) return undefined;
  const shown = ids.slice(0, 5);
  const left = count - shown.length;
  const named = left > 0 ? [...shown, `and ${left} more`] : shown;
  const which = shown.length === 0 ? `${count} of these` : named.join(', ');
  return `Counted without a readable amount: ${which}.`;
}

/** Why totals have no sums, in one sentence; undefined where they have. */
export function withheldAmountsText({ hasAmounts }: Totals): string | undefined {
  return hasAmounts ? undefined : 'Amounts may not be shown, so there are no sums.';
}

/** Counts and sums orders by status, page by page. Amounts are decimal strings and stay exact: no floating point. */
export function createTotals(
  personalData: PersonalData,
  order: AnswerField = orderField,
): { add(orders: readonly Order[]): void; value(): Totals } {
  const hasAmounts = showsField('total', personalData, order);
  const hasStatuses = showsField('status', personalData, order);
  const check = createAmountCheck(personalData, order);
  const groups = new Map<string, { count: number; sum: Big | undefined }>();
  return {
    add(orders) {
      check.add(orders);
      for (const { status, total } of orders) {
        const key = hasStatuses ? (status == null ? '(none)' : cleanText(status)) : '(not shown)';
        const group = groups.get(key) ?? { count: 0, sum: undefined };
        const amount = hasAmounts ? readAmount(total) : undefined;
        groups.set(key, {
          count: group.count + 1,
          sum: amount === undefined ? group.sum : amount.plus(group.sum ?? 0),
        });
      }
    },
    value() {
      const byStatus = [...groups]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([status, { count, sum }]) => [status, { count, ...(sum && { sum: sum.toFixed() }) }] as const);
      return { byStatus: Object.fromEntries(byStatus), unreadable: check.facts(), hasAmounts };
    },
  };
}

/** Counts and sums the orders of one page. */
export function totalsOf(
  orders: readonly Order[],
  personalData: PersonalData,
  order: AnswerField = orderField,
): Totals {
  const totals = createTotals(personalData, order);
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
  return isReadable(total) ? new Big(total) : undefined;
}

function isReadable(total: Order['total']): total is string {
  // Longer numbers are no prices, and arithmetic on a million digits would stall the server.
  return typeof total === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(total);
}
