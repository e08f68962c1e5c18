import { systemClock } from '@wemasy-orders/state';
import { createLimiter } from './limiter.js';
import type { RateLimiter, RateLimiterOptions } from './types.js';
import type { WindowState } from './window-state.js';

/**
 * As `createRateLimiter`, for callers that all share this one limiter: it keeps its records in memory and needs no store.
 *
 * @throws TypeError for invalid policies
 */
export function createMemoryRateLimiter({
  policies,
  clock = systemClock,
  onWarning,
}: Omit<RateLimiterOptions, 'store' | 'namespace'>): RateLimiter {
  const readTime = () => ({ wallMs: clock.now(), monotonicMs: clock.monotonic(), bootId: 'process' });
  return createLimiter({
    policies,
    onWarning,
    clock,
    id: 'own',
    windowOf: (_, rules) => {
      let record: WindowState | undefined;
      return {
        async update(update) {
          const { state, result } = update(record, readTime(), rules, undefined);
          record = state;
          return result;
        },
        read: async (read) => read(record, readTime(), rules),
      };
    },
  });
}
