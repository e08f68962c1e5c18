import { JournalUnreadableError, type OrderHistory, type OrderSync } from '@wemasy-orders/order-sync';

/** The state of an order in the journal; `unreadable` where its record is damaged. */
export type OrderState = OrderHistory['state'] | 'unreadable';

/** What a run would do with an order. */
export type Intention = 'send' | 'already synced' | 'outcome unknown' | 'in progress';

const intentions: Readonly<Record<OrderState, Intention>> = {
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
  for (const orderId of orderIds) plan.push(intentions[await orderStateOf(orderSync, orderId)]);
  return plan;
}

async function orderStateOf(orderSync: Pick<OrderSync, 'history'>, orderId: number): Promise<OrderState> {
  try {
    return (await orderSync.history(orderId)).state;
  } catch (error) {
    if (error instanceof JournalUnreadableError) return 'unreadable';
    throw error;
  }
}
