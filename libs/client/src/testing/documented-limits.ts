import { calls } from '../generated/calls.js';

/** A value of `WEMASY_RATE_LIMITS`: the documented limits, in windows as short as those of a sandbox. */
export function documentedLimits(windowSeconds: number): string {
  return Object.values(calls)
    .map(({ operationId, rateLimit }) => `${operationId}=${rateLimit.limit}/${windowSeconds}`)
    .join(',');
}
