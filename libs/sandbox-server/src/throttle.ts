import * as z from 'zod';
import { type Operation, operations } from '@wemasy-orders/client/operations';
import type { Connection } from './connection.js';
import { tokens } from './tokens.js';

export type Hit =
  | { readonly allowed: true; readonly remaining: number }
  | {
      readonly allowed: false;
      readonly retryAfterSeconds: number;
      /** Unix seconds. */
      readonly resetsAt: number;
    };

/** How many requests one token has left for one operation. */
export interface Allowance {
  readonly operation: string;
  readonly token: string;
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the open window ends; null while none is open. */
  readonly resets_in_ms: number | null;
}

export interface Throttle {
  /** Counts a request, or refuses it. */
  hit(token: string, operation: Operation): Hit;
  /** Every token's allowance for every operation, without counting anything. */
  windows(): Allowance[];
}

const Window = z.object({ hits: z.int(), ends_at: z.int() });

/**
 * Laravel's `throttle` middleware (`ThrottleRequests`) with the limits of the document:
 *
 * - A fixed window, opened by the first counted hit and never extended; not aligned with the clock.
 * - A refused request is not counted.
 * - `Retry-After` is the difference of two moments rounded down to whole seconds, so it may be up to a
 *   second short, and 0 while the window is still full.
 *
 * Assumption: one window per token and route. The vendor does not say what a window is keyed by. Laravel's
 * default key is the user alone, but then two limits, 60 and 5, would make no sense.
 *
 * @param windowSeconds replaces the documented window of every operation
 */
export function createThrottle(
  database: Connection,
  clock: () => number,
  windowSeconds: number | undefined,
): Throttle {
  function openWindow(token: string, bucket: string, now: number): z.infer<typeof Window> | undefined {
    const [open] = database.all(
      'SELECT hits, ends_at FROM throttle_windows WHERE token = ? AND operation = ? AND ends_at > ?',
      [token, bucket, now],
      Window,
    );
    return open;
  }

  return {
    hit(token, operation) {
      const { rateLimit } = operation;
      const now = clock();
      const open = openWindow(token, bucketOf(operation), now);
      if (open !== undefined && open.hits >= rateLimit.limit) {
        const resetsAt = wholeSeconds(open.ends_at);
        return { allowed: false, retryAfterSeconds: resetsAt - wholeSeconds(now), resetsAt };
      }
      const hits = (open?.hits ?? 0) + 1;
      const endsAt = open?.ends_at ?? now + (windowSeconds ?? rateLimit.windowSeconds) * 1_000;
      database.run('INSERT OR REPLACE INTO throttle_windows VALUES (?, ?, ?, ?)', [
        token,
        bucketOf(operation),
        hits,
        endsAt,
      ]);
      return { allowed: true, remaining: rateLimit.limit - hits };
    },

    windows() {
      const now = clock();
      return Object.values<Operation>(operations).flatMap((operation) =>
        Object.values(tokens).map((token) => {
          const { limit } = operation.rateLimit;
          const open = openWindow(token, bucketOf(operation), now);
          return {
            operation: operation.operationId,
            token,
            limit,
            remaining: limit - (open?.hits ?? 0),
            resets_in_ms: open === undefined ? null : open.ends_at - now,
          };
        }),
      );
    },
  };
}

/** What its requests are counted under. */
function bucketOf({ operationId, rateLimit }: Operation): string {
  return rateLimit.bucket ?? operationId;
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000);
}
