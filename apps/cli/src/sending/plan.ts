import type { OrderSync } from '@wemasy-orders/order-sync';
import { type JournalEntry, readEntry } from '../orders/evidence.js';

/** What a run would do with an order. */
export type Intention = 'send' | 'already synced' | 'outcome unknown' | 'in progress';

const intentions: Readonly<Record<JournalEntry['state'], Intention>> = {
  not_sent: 'send',
  rejected: 'send',
  sending: 'in progress',
  synced: 'already synced',
  unknown: 'outcome unknown',
  unreadable: 'outcome unknown',
};

/** What a run would do with each order, by its state in the journal; sends nothing. */
export async function planFor(
  orderSync: Pick<OrderSync, 'history'>,
  orderIds: readonly number[],
): Promise<Intention[]> {
  const plan: Intention[] = [];
  for (const orderId of orderIds) plan.push(intentions[(await readEntry(orderSync, orderId, 'none')).state]);
  return plan;
}
