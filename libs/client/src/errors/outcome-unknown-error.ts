import { OrdersError } from './orders-error.js';

/**
 * A write was sent and it cannot be told whether it took effect: the answer was lost, late or unreadable. It must not
 * be repeated before somebody has looked. `cause` is the error that hid the outcome.
 */
export class OutcomeUnknownError extends OrdersError {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'outcome_unknown';
  override readonly cause: OrdersError;

  constructor(cause: OrdersError) {
    super(`It is not known whether the API did this: ${cause.message}`, {
      source: cause.source,
      retryable: false,
      effect: 'unknown',
      ...(cause.status === undefined ? {} : { status: cause.status }),
      ...(cause.requestId === undefined ? {} : { requestId: cause.requestId }),
      ...(cause.rateLimit === undefined ? {} : { rateLimit: cause.rateLimit }),
    });
    this.cause = cause;
  }
}
