import { OrdersError, type OrdersErrorFacts } from './orders-error.js';

/**
 * There is no budget for the call: either it cannot be had, or used, in the time that the caller accepts (`source: local`,
 * nothing was sent), or the API answered 429 (`source: upstream`, which rejects a request before it is processed).
 */
export class RateLimitedError extends OrdersError {
  override readonly name = 'RateLimitedError';
  readonly code = 'rate_limited';
  override readonly retryAfterSeconds: number;

  constructor(
    source: 'local' | 'upstream',
    retryAfterSeconds: number,
    {
      message = usedUp[source](retryAfterSeconds),
      ...facts
    }: Pick<OrdersErrorFacts, 'status' | 'requestId' | 'rateLimit' | 'cause'> & {
      readonly message?: string;
    } = {},
  ) {
    super(message, { source, retryable: true, effect: 'none', retryAfterSeconds, ...facts });
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const usedUp = {
  local: (seconds: number) =>
    `The allowance for this operation is used up for the next ${seconds} s; the call was not sent.`,
  upstream: (seconds: number) =>
    `The API rejected the call because its allowance is used up for the next ${seconds} s.`,
};
