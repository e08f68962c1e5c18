import { OrdersError } from './orders-error.js';

/** The request was sent and no complete answer came within its deadline. */
export class TimeoutError extends OrdersError {
  override readonly name = 'TimeoutError';
  readonly code = 'upstream_timeout';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`The API did not answer within ${timeoutMs} ms.`, {
      source: 'upstream',
      retryable: true,
      effect: 'unknown',
    });
    this.timeoutMs = timeoutMs;
  }
}
