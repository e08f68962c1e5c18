import { OrdersError, type OrdersErrorFacts } from './orders-error.js';

/**
 * There is no budget for the call: either the wait for it would be longer than the caller accepts (`source: local`,
 * nothing was sent), or the API answered 429 (`source: upstream`, which rejects a request before it is processed).
 */
export class RateLimitedError extends OrdersError {
  override readonly name = 'RateLimitedError';
  readonly code = 'rate_limited';
  override readonly retryAfterSeconds: number;

  constructor(
    source: 'local' | 'upstream',
    retryAfterSeconds: number,
    facts: Pick<OrdersErrorFacts, 'status' | 'requestId' | 'rateLimit' | 'cause'> = {},
  ) {
    super(
      source === 'local'
        ? `The allowance for this operation is used up for the next ${retryAfterSeconds} s; the call was not sent.`
        : `The API rejected the call because its allowance is used up for the next ${retryAfterSeconds} s.`,
      { source, retryable: true, effect: 'none', retryAfterSeconds, ...facts },
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
