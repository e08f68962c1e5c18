import { JournalUnreadableError, type OrderHistory, type OrderSync } from '@wemasy-orders/order-sync';

/** What the journal says of an order; `unreadable` where its record makes no sense. */
export type StandingName = OrderHistory['state'] | 'unreadable';

/** What a run would do with an order, by what the journal says of it. */
export type Intention = 'send' | 'already synced' | 'outcome unknown' | 'under way';

const intentions: Readonly<Record<StandingName, Intention>> = {
  not_sent: 'send',
  rejected: 'send',
  sending: 'under way',
  synced: 'already synced',
  unknown: 'outcome unknown',
  unreadable: 'outcome unknown',
};

/** Looks each order up in the journal; nothing is sent. */
export async function intentionsFor(
  orderSync: Pick<OrderSync, 'history'>,
  orderIds: readonly number[],
): Promise<Intention[]> {
  const found: Intention[] = [];
  for (const orderId of orderIds) found.push(intentions[await standingOf(orderSync, orderId)]);
  return found;
}

async function standingOf(orderSync: Pick<OrderSync, 'history'>, orderId: number): Promise<StandingName> {
  try {
    return (await orderSync.history(orderId)).state;
  } catch (error) {
    if (error instanceof JournalUnreadableError) return 'unreadable';
    throw error;
  }
}
