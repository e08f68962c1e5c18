/**
 * The throttle of a Laravel application, as a client sees it (laravel/framework 13:
 * `ThrottleRequests`, `RateLimiter`, `DurationLimiter`).
 */
export interface LaravelServer {
  /**
   * A request reaches the throttle; call `answer` when its controller is done. The limit of its route exceeds the
   * server's by `more`, on the same counter.
   */
  receive(kind?: RequestKind, more?: number, cost?: number): { counted: boolean; answer: () => ServerAnswer };
  setLimit(limit: number): void;
  readonly rejected: number;
  readonly accepted: number;
  /** How many calls each window counted. */
  readonly windows: readonly number[];
  /** Time until the open window is over; 0 if none is open. */
  readonly resetInMs: number;
}

/** `unauthenticated` is refused before the throttle; the answer to `bare` has no headers. */
export type RequestKind = 'plain' | 'unauthenticated' | 'bare' | 'failing';

export interface ServerAnswer {
  status: number;
  headers: Headers;
}

export interface LaravelServerOptions {
  limit: number;
  windowMs: number;
  /** `exact`: Redis and array caches; `floored`: caches and limiters that expire on whole seconds. */
  expiry: 'exact' | 'floored';
  /** `ThrottleRequests` reads the count after the controller, `ThrottleRequestsWithRedis` at the hit. */
  remaining: 'after-controller' | 'at-hit';
  /** The server's clock, milliseconds since the epoch. */
  now: () => number;
}

export function createLaravelServer(options: LaravelServerOptions): LaravelServer {
  const { windowMs, expiry, now } = options;
  let { limit: lowest } = options;
  let hits = 0;
  let endsAt = -Infinity;
  let rejected = 0;
  let accepted = 0;
  const windows: number[] = [];

  const isOpen = (): boolean => now() < endsAt;
  const used = (): number => (isOpen() ? hits : 0);
  const headers = (limit: number, remaining: number): Headers =>
    new Headers({
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, remaining)),
    });

  return {
    receive(kind = 'plain', more = 0, cost = 1) {
      const limit = lowest + more;
      if (kind === 'unauthenticated') {
        return { counted: false, answer: () => ({ status: 401, headers: new Headers() }) };
      }
      if (used() + cost > limit) {
        rejected += 1;
        // Both times are floored to seconds, so this is up to a second short.
        const retryAfter = Math.max(0, Math.floor(endsAt / 1000) - Math.floor(now() / 1000));
        const answer = { status: 429, headers: headers(limit, limit - used()) };
        answer.headers.set('retry-after', String(retryAfter));
        answer.headers.set('x-ratelimit-reset', String(Math.floor(now() / 1000) + retryAfter));
        return { counted: false, answer: () => answer };
      }
      if (!isOpen()) {
        hits = 0;
        endsAt = (expiry === 'floored' ? Math.floor(now() / 1000) * 1000 : now()) + windowMs;
        windows.push(0);
      }
      hits += cost;
      accepted += cost;
      windows[windows.length - 1] = hits;
      const usedAtHit = hits;
      return {
        counted: true,
        answer() {
          const remaining = limit - (options.remaining === 'at-hit' ? usedAtHit : used());
          return {
            status: kind === 'plain' ? 200 : kind === 'bare' ? 422 : 500,
            headers: kind === 'bare' ? new Headers() : headers(limit, remaining),
          };
        },
      };
    },
    setLimit(next) {
      lowest = next;
    },
    get rejected() {
      return rejected;
    },
    get accepted() {
      return accepted;
    },
    windows,
    get resetInMs() {
      return isOpen() ? endsAt - now() : 0;
    },
  };
}
