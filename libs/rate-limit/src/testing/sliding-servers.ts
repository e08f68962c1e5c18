import type { LaravelServer, LaravelServerOptions } from './laravel-server.js';

export type SlidingKind = 'calendar' | 'leaky-bucket' | 'sliding-log';

/**
 * Servers that forget a call after a window at the latest, without a window that the first call opens. `calendar`:
 * windows begin at multiples of their length; `leaky-bucket`: a full bucket drains in a window (Shopify);
 * `sliding-log`: each call is forgotten a window after it arrived.
 */
export function createSlidingServer(
  kind: SlidingKind,
  { limit, windowMs, now }: Pick<LaravelServerOptions, 'limit' | 'windowMs' | 'now'>,
): LaravelServer {
  let calls: { at: number; cost: number }[] = [];
  let level = 0;
  let levelAt = now();
  let rejected = 0;
  let accepted = 0;

  function used(): number {
    if (kind === 'leaky-bucket') {
      level = Math.max(0, level - ((now() - levelAt) * limit) / windowMs);
      levelAt = now();
      return level;
    }
    const from = kind === 'calendar' ? Math.floor(now() / windowMs) * windowMs : now() - windowMs;
    calls = calls.filter(({ at }) => (kind === 'calendar' ? at >= from : at > from));
    return calls.reduce((sum, { cost }) => sum + cost, 0);
  }

  return {
    receive(_kind, _more, cost = 1) {
      const counted = used() + cost <= limit + 1e-9;
      if (counted) {
        calls.push({ at: now(), cost });
        level += cost;
        accepted += cost;
      } else rejected += 1;
      const remaining = Math.max(0, Math.floor(limit - used()));
      const headers = new Headers({
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
      });
      if (!counted) headers.set('retry-after', '1');
      return { counted, answer: () => ({ status: counted ? 200 : 429, headers }) };
    },
    setLimit() {
      throw new Error('The limit of a sliding server is fixed');
    },
    get rejected() {
      return rejected;
    },
    get accepted() {
      return accepted;
    },
    windows: [],
    resetInMs: 0,
  };
}
