import type { OrdersErrorCode } from '@wemasy-orders/client';

/** What went wrong, for programs: the client's codes and two of this library's own. */
export type OrderSyncErrorCode = OrdersErrorCode | 'already_synced' | 'internal_error';

export interface OrderSyncErrorFacts {
  /** Undefined where it is about the whole journal. */
  readonly orderId: number | undefined;
  /** Where the fault was found: on this side, or in what the API answered (or did not). */
  readonly source: 'local' | 'upstream';
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Whether this call may have taken effect at the API: `none` is certain, `unknown` is not. */
  readonly effect: 'none' | 'unknown';
  readonly cause?: unknown;
}

/**
 * Common ground of what this library itself throws; it has the same facts as the client's `OrdersError`, which it passes
 * on as they are. `message` is a sentence of ours; what the API wrote is kept apart, because it is untrusted text.
 */
export abstract class OrderSyncError extends Error {
  abstract readonly code: OrderSyncErrorCode;
  readonly orderId: number | undefined;
  readonly source: 'local' | 'upstream';
  readonly retryable: boolean;
  readonly effect: 'none' | 'unknown';

  constructor(message: string, facts: OrderSyncErrorFacts) {
    super(message, 'cause' in facts ? { cause: facts.cause } : undefined);
    this.orderId = facts.orderId;
    this.source = facts.source;
    this.retryable = facts.retryable;
    this.effect = facts.effect;
  }
}

/** Whether a caught value is one of this library's own errors. */
export function isOrderSyncError(error: unknown): error is OrderSyncError {
  return error instanceof OrderSyncError;
}
