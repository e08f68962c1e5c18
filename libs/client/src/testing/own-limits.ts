import { createSimpleRateLimiter, type SimpleRateLimiter } from '@wemasy-orders/rate-limit';
import { type Clock, systemClock } from '@wemasy-orders/state';
import { rateLimitPolicies } from '../operations.js';

/** The document's policies, but for sixty lists a minute, which also holds for what shares their allowance. */
export const ownPolicies = rateLimitPolicies({ listOrders: { limit: 60, windowSeconds: 60 } });

/** Sixty lists a minute, whatever the document allows: for tests of a client that are not about its pace. */
export function sixtyListsAMinute(clock: Clock = systemClock): SimpleRateLimiter {
  return createSimpleRateLimiter({ policies: ownPolicies, clock });
}
