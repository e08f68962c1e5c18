/** The limiter was closed while a call waited, or before it asked. Nothing was sent. */
export class RateLimiterClosedError extends Error {
  override readonly name = 'RateLimiterClosedError';
  readonly code = 'RATE_LIMITER_CLOSED';

  constructor() {
    super('The rate limiter is closed');
  }
}
