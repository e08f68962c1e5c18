export { onAbort } from './abort-listeners.js';
export { RateLimitDeadlineError, RateLimiterClosedError } from './errors.js';
export {
  isRateLimited,
  parseRateLimitHeaders,
  type RateLimitFacts,
  type ResponseHeaders,
} from './headers.js';
export { createMemoryRateLimiter } from './memory-rate-limiter.js';
export { createRateLimitedFetch, type RateLimitedFetchOptions } from './rate-limited-fetch.js';
export { createRateLimiter } from './rate-limiter.js';
export type {
  AcquireOptions,
  Permit,
  PermitOutcome,
  RateLimiter,
  RateLimiterOptions,
  RateLimitPolicy,
  RateLimitSnapshot,
  RateLimitWarning,
  WindowKind,
} from './types.js';
export type { Priority } from './window-state.js';
export { isUnsent } from './unsent.js';
