/**
 * A permit could not be had within `maxWaitMs`. Thrown as soon as that is clear, so usually at once and not when
 * the time is over. Nothing was sent.
 */
export class RateLimitDeadlineError extends Error {
  override readonly name = 'RateLimitDeadlineError';
  readonly code = 'RATE_LIMIT_DEADLINE';
  readonly policy: string;
  /** How long from now a permit is expected to be free, in milliseconds; at least 1. */
  readonly retryAfterMs: number;

  constructor(policy: string, retryAfterMs: number) {
    super(`No call is left for ${policy} in time; the next one is expected in ${retryAfterMs} ms`);
    this.policy = policy;
    this.retryAfterMs = retryAfterMs;
  }
}
