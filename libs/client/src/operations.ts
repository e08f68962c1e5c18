import type { RateLimitPolicy } from '@wemasy-orders/rate-limit';
import { type Operation, operations } from './generated/operations.js';

export type OperationId = keyof typeof operations;

/** A limit that holds for this account instead of the documented one. */
export interface RateLimitOverride {
  /** Requests a window. */
  readonly limit: number;
  readonly windowSeconds: number;
}

/** The limiter's policies, as the document states them: one bucket an operation. */
export function rateLimitPolicies(
  overrides: Readonly<Partial<Record<OperationId, RateLimitOverride>>> = {},
): RateLimitPolicy[] {
  return Object.values(operations).map(({ operationId, rateLimit }) => {
    const { limit, windowSeconds } = overrides[operationId] ?? rateLimit;
    return { name: operationId, limit, windowMs: windowSeconds * 1000 };
  });
}

/** Whether repeating the operation changes nothing at the API. */
export function isSafe(operation: Operation): boolean {
  return operation.method === 'GET' || operation.tool?.annotations.readOnlyHint === true;
}

/** The operation that a request to the API is for, if the document knows it. */
export function operationOf(method: string, path: string): Operation | undefined {
  return Object.values<Operation>(operations).find(
    (operation) => operation.method === method && operation.path === path,
  );
}
