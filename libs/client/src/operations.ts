import type { RateLimitPolicy } from '@wemasy-orders/rate-limit';
import type * as z from 'zod';
import { type Call, calls } from './generated/calls.js';
import type * as schemas from './generated/schemas.js';

/** An operation of the document, e.g. `listOrders`. */
export type OperationId = keyof typeof calls;

/** All arguments of an operation, wherever they go, in one flat object. */
export type CallArguments<Id extends OperationId> = OrUndefined<
  z.output<(typeof schemas)[(typeof calls)[Id]['argumentsSchema']]>
>;

/** What may be left out may also be undefined. */
export type OrUndefined<Values> = {
  readonly [Name in keyof Values]:
    Values[Name] | (Record<never, never> extends Pick<Values, Name> ? undefined : never);
};

/** A limit that holds for this account instead of the documented one. */
export interface RateLimitOverride {
  /** Requests a window. */
  readonly limit: number;
  /** Length of the window. */
  readonly windowSeconds: number;
}

/**
 * The limiter's policies, as the document states them: one bucket per operation, or one that several share. A limit for one
 * operation of a bucket holds for all of them.
 */
export function rateLimitPolicies(
  overrides: Readonly<Partial<Record<OperationId, RateLimitOverride>>> = {},
): RateLimitPolicy[] {
  const given = new Map<string, RateLimitOverride>(Object.entries(overrides));
  const all = Object.values<Call>(calls);
  const limits = new Map(
    all.flatMap(({ operationId, rateLimit: { bucket = operationId } }) => {
      const override = given.get(operationId);
      return override === undefined ? [] : [[bucket, override] as const];
    }),
  );
  return all.map(({ operationId, rateLimit }) => {
    const { bucket = operationId } = rateLimit;
    const { limit, windowSeconds } = limits.get(bucket) ?? rateLimit;
    return { name: operationId, bucket, limit, windowMs: windowSeconds * 1000 };
  });
}

/** Whether repeating the operation changes nothing at the API. */
export function isSafe(operation: Call): boolean {
  return operation.method === 'GET' || operation.isSafe === true;
}
