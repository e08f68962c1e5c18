import type { Order } from '@wemasy-orders/client';
import { exactAmount } from '@wemasy-orders/presentation';

/** Orders without an amount that can be read exactly, for programs. */
export interface UnreadableAmounts {
  readonly count: number;
  /** The first of them. */
  readonly order_ids: readonly number[];
}

/** Enough to look at by hand. */
const mostNamed = 20;

/** Collects orders without an amount that can be read exactly. */
export function createAmountCheck() {
  let count = 0;
  const ids: number[] = [];
  return {
    add(orders: readonly Order[]): void {
      for (const { id, total } of orders) {
        if (exactAmount(total) !== undefined) continue;
        count += 1;
        if (ids.length < mostNamed) ids.push(id);
      }
    },
    facts: (): UnreadableAmounts => ({ count, order_ids: ids }),
    /** One line; undefined where every amount can be read. */
    text(): string | undefined {
      if (count === 0) return undefined;
      const shown = ids.slice(0, 5);
      const names = [...shown, ...(count > shown.length ? [`and ${count - shown.length} more`] : [])];
      return `Orders without an amount that can be read: ${names.join(', ')}. They are in no sum.`;
    },
  };
}
