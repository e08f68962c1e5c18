import { createSimpleRateLimiter, type SimpleRateLimiter } from '@wemasy-orders/rate-limit';
import { type Clock, systemClock } from '@wemasy-orders/state';
import { rateLimitPolicies } from '../operations.js';

/** Sixty lists a minute, whatever the document allows: for tests of a client that are not about its pace. */
export function sixtyListsAMinute(clock: Clock = systemClock): SimpleRateLimiter {
  const policies = rateLimitPolicies({ listOrders: { limit: 60, windowSeconds: 60 } });
  return createSimpleRateLimiter({ policies, clock });
}
