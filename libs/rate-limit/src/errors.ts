/**
 * No permit is available within `maxWaitMs`. Thrown as soon as this is known, usually at once. The request was not
 * sent.
 */
export class RateLimitDeadlineError extends Error {
  override readonly name = 'RateLimitDeadlineError';
  readonly code = 'RATE_LIMIT_DEADLINE';
  /** Name of the policy. */
  readonly policy: string;
  /** Expected time until a permit is free, in milliseconds; at least 1. */
  readonly retryAfterMs: number;

  constructor(policy: string, retryAfterMs: number) {
    super(`No call is left for ${policy} in time; the next one is expected in ${retryAfterMs} ms`);
    this.policy = policy;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The limiter was closed before the call got a permit. The request was not sent. */
export class RateLimiterClosedError extends Error {
  override readonly name = 'RateLimiterClosedError';
  readonly code = 'RATE_LIMITER_CLOSED';

  constructor() {
    super('The rate limiter is closed');
  }
}
