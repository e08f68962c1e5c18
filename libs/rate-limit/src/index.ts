export { RateLimitDeadlineError, RateLimiterClosedError } from './errors.js';
export {
  isRateLimited,
  parseSimpleHeaders,
  parseRateLimitHeaders,
  type RateLimitFacts,
  type ResponseHeaders,
} from './headers.js';
export { createRateLimitedFetch, type RateLimitedFetchOptions } from './rate-limited-fetch.js';
export { createSimpleRateLimiter, createMemoryRateLimiter, createRateLimiter } from './rate-limiter.js';
export type {
  AcquireOptions,
  Permit,
  PermitOutcome,
  SimpleRateLimiter,
  RateLimiter,
  RateLimiterOptions,
  RateLimitPolicy,
  RateLimitSnapshot,
  RateLimitWarning,
  WindowKind,
} from './types.js';
export type { Priority } from './window-state.js';
export { isUnsent } from './unsent.js';
