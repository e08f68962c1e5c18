import { type OrderSync, syncMany, type SyncOutcome, type SyncProgress } from '@wemasy-orders/order-sync';
import type { Allowance } from './allowance.js';

export interface SendOrdersOptions {
  readonly orderSync: Pick<OrderSync, 'sync'>;
  readonly orderIds: readonly number[];
  /** A `background` run leaves a part of each window to people, except in its last window. */
  readonly priority: 'interactive' | 'background';
  readonly allowance: Allowance;
  /** Send orders that were sent before. */
  readonly resend: boolean;
  /** Longest wait of one order for allowance, in ms. */
  readonly maxWaitMs: number;
  /** Ends the run after the order in flight. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: SyncProgress) => void;
}

/** The result of a run. */
export interface SendResult {
  /** In the order of sending. */
  readonly outcomes: readonly SyncOutcome[];
  /** Orders that the run did not reach. */
  readonly remaining: readonly number[];
  /** The error that ended the run early. */
  readonly stoppedBy?: unknown;
}

/** Sends orders one after the other. It never throws, so that no outcome is lost; errors are in the result. */
export async function sendOrders(options: SendOrdersOptions): Promise<SendResult> {
  const { orderSync, orderIds, allowance, resend, maxWaitMs, signal, onProgress } = options;
  const outcomes: SyncOutcome[] = [];
  /**
   * A background call waits while only the part left to people remains of a window. In the last window that would delay
   * the end of the run, so its orders are interactive.
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
