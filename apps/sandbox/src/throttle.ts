import * as z from 'zod';
import type { Operation } from '@wemasy-orders/client/operations';
import type { Connection } from './connection.js';

export type Hit =
  | { readonly allowed: true; readonly remaining: number }
  | {
      readonly allowed: false;
      readonly retryAfterSeconds: number;
      /** Unix seconds. */
      readonly resetsAt: number;
    };

export interface Throttle {
  /** Counts a request, or refuses it. */
  hit(token: string, operation: Operation): Hit;
}

const Window = z.object({ hits: z.int(), ends_at: z.int() });

/**
 * Laravel's `throttle` middleware (`ThrottleRequests`), the allowance taken from the document:
 *
 * - A fixed window, opened by the first counted hit and never extended; not aligned with the clock.
 * - A refused request is not counted.
 * - `Retry-After` is a difference of whole seconds rounded down, so it may be up to a second short and
 *   even 0 while the window is still closed.
 *
 * Assumption: one window a token and route. The vendor does not say what a window is keyed by; Laravel's
 * own default is the user, over all routes, under which a shared limit of 60 and 5 would make no sense.
 *
 * @param windowSeconds instead of the document's, for every operation
 */
export function createThrottle(
  database: Connection,
  clock: () => number,
  windowSeconds: number | undefined,
): Throttle {
  return {
    hit(token, { operationId, rateLimit }) {
      const now = clock();
      const [open] = database.all(
        'SELECT hits, ends_at FROM throttle_windows WHERE token = ? AND operation = ? AND ends_at > ?',
        [token, operationId, now],
        Window,
      );
      if (open !== undefined && open.hits >= rateLimit.limit) {
        const resetsAt = wholeSeconds(open.ends_at);
        return { allowed: false, retryAfterSeconds: resetsAt - wholeSeconds(now), resetsAt };
      }
      const hits = (open?.hits ?? 0) + 1;
      const endsAt = open?.ends_at ?? now + (windowSeconds ?? rateLimit.windowSeconds) * 1_000;
      database.run('INSERT OR REPLACE INTO throttle_windows VALUES (?, ?, ?, ?)', [
        token,
        operationId,
        hits,
        endsAt,
      ]);
      return { allowed: true, remaining: rateLimit.limit - hits };
    },
  };
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1_000);
}
