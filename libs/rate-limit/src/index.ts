export { onAbort } from './abort-listeners.js';
export { RateLimitDeadlineError } from './deadline-error.js';
export { parseRateLimitHeaders, type RateLimitFacts, type ResponseHeaders } from './headers.js';
export { RateLimiterClosedError } from './limiter-closed-error.js';
export { createRateLimitedFetch, type RateLimitedFetchOptions } from './rate-limited-fetch.js';
export {
  createRateLimiter,
  type AcquireOptions,
  type Permit,
  type PermitOutcome,
  type RateLimiter,
  type RateLimiterOptions,
  type RateLimitPolicy,
  type RateLimitSnapshot,
  type RateLimitWarning,
} from './rate-limiter.js';
export { isUnsent } from './unsent.js';
