import { type OrderSync, syncMany, type SyncOutcome, type SyncProgress } from '@wemasy-orders/order-sync';
import type { Allowance } from './allowance.js';

export interface SendOrdersOptions {
  readonly orderSync: Pick<OrderSync, 'sync'>;
  readonly orderIds: readonly number[];
  /** A `background` run leaves a part of each window to people, but for its last window. */
  readonly priority: 'interactive' | 'background';
  readonly allowance: Allowance;
  /** Send orders although they were sent before. */
  readonly resend: boolean;
  /** Longest wait of one order for allowance, in ms. */
  readonly maxWaitMs: number;
  /** Ends the run after the order that is under way. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SyncProgress) => void;
}

/** How a run came out. */
export interface SendResult {
  /** In the order in which they were sent. */
  readonly outcomes: readonly SyncOutcome[];
  /** Orders that the run did not come to. */
  readonly remaining: readonly number[];
  /** What ended the run early, if it was not the person. */
  readonly stoppedBy?: unknown;
}

/** Sends orders one after the other. What went wrong is in the result: nothing is thrown once an order may have left. */
export async function sendOrders(options: SendOrdersOptions): Promise<SendResult> {
  const { orderSync, orderIds, allowance, resend, maxWaitMs, signal, onProgress } = options;
  const outcomes: SyncOutcome[] = [];
  /**
   * A background call waits most of a window for the part that is left to people. In the last window that would make the
   * whole run later, so its orders go like those of a person.
   */
  const priority = () =>
    orderIds.length - outcomes.length <= allowance.limit ? 'interactive' : options.priority;
  const sync: OrderSync['sync'] = (orderId, call) =>
    orderSync.sync(orderId, { ...call, resend, priority: priority() });
  const result = () => ({ outcomes, remaining: orderIds.slice(outcomes.length) });
  try {
    for await (const outcome of syncMany({ sync }, orderIds, { signal, maxWaitMs, onProgress })) {
      outcomes.push(outcome);
    }
  } catch (stoppedBy) {
    return { ...result(), stoppedBy };
  }
  return result();
}
