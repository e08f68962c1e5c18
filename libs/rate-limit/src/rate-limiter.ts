import { systemClock } from '@wemasy-orders/state';
import { createLimiter } from './limiter.js';
import type { RateLimiter, RateLimiterOptions } from './types.js';
import { createWindowStore } from './window-store.js';

/**
 * Keeps all callers of one account inside the server's rate-limit window: they can use the full allowance, and they
 * alone never cause a 429.
 *
 * @throws TypeError for invalid policies: a duplicate name, a limit or a window that is not a positive integer,
 *   different windows or kinds in one bucket.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { store, policies, clock = systemClock, onWarning } = options;
  const findNamespace = once(options.namespace);
  // Contains the process id, so that people who read a record know which process waits.
  const pid = typeof process === 'object' ? process.pid : 'browser';
  const id = `${pid}-${Math.random().toString(36).slice(2, 10)}`;
  const outage = { isReported: false };
  return createLimiter({
    policies,
    onWarning,
    clock,
    id,
    windowOf: (bucket, rules, warn) =>
      createWindowStore({
        store,
        findKey: async () => `${await findNamespace()}/window/${bucket}`,
        rules,
        clock,
        outage,
        onOutage: (cause) => {
          const message =
            'The shared state cannot be reached; until it can, a share of the allowance is used.';
          warn({ code: 'store-failed', bucket, message, cause });
        },
      }),
  });
}

/** Buckets that need the namespace at the same time share one look-up; only its success is kept. */
function once(namespace: RateLimiterOptions['namespace']): () => Promise<string> {
  let found: Promise<string> | undefined;
  return async () => {
    if (typeof namespace === 'string') return namespace;
    found ??= namespace();
    try {
      return await found;
    } catch (error) {
      found = undefined;
      throw error;
    }
  };
}
