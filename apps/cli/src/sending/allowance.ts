import { type OperationId, rateLimitPolicies, type RateLimitOverride } from '@wemasy-orders/client';

/** How many orders may be sent in how long a time. */
export interface Allowance {
  readonly limit: number;
  readonly windowMs: number;
}

/** The allowance for sending orders: the document's, or what was set for this account. */
export function sendingAllowance(
  overrides: Readonly<Partial<Record<OperationId, RateLimitOverride>>>,
): Allowance {
  const operation: OperationId = 'syncOrder';
  const policy = rateLimitPolicies(overrides).find(({ name }) => name === operation);
  if (policy === undefined) throw new TypeError('unreachable: every operation has a policy');
  return { limit: policy.limit, windowMs: policy.windowMs };
}

/**
 * Least time that so many orders take once the first of them may leave: the API counts in fixed windows, so a window's
 * worth goes at once and the next one waits for the window's end.
 */
export function leastTimeMs(orders: number, { limit, windowMs }: Allowance): number {
  return orders === 0 ? 0 : Math.floor((orders - 1) / limit) * windowMs;
}
