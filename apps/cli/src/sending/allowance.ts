import { type OperationId, rateLimitPolicies, type RateLimitOverride } from '@wemasy-orders/client';

/** How many orders may be sent in one window. */
export interface Allowance {
  readonly limit: number;
  readonly windowMs: number;
}

/** The allowance for sending orders: the document's, or the one configured for this account. */
export function sendingAllowance(
  overrides: Readonly<Partial<Record<OperationId, RateLimitOverride>>>,
): Allowance {
  const operation: OperationId = 'syncOrder';
  const policy = rateLimitPolicies(overrides).find(({ name }) => name === operation);
  if (policy === undefined) throw new TypeError('unreachable: every operation has a policy');
  return { limit: policy.limit, windowMs: policy.windowMs };
}

/**
 * Least time in ms from sending the first of these orders to sending the last: the API counts in fixed windows, so `limit`
 * orders leave at once and the next ones wait for the end of the window.
 */
export function leastTimeMs(orders: number, { limit, windowMs }: Allowance): number {
  return orders === 0 ? 0 : Math.floor((orders - 1) / limit) * windowMs;
}
