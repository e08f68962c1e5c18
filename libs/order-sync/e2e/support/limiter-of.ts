import type { Permit, RateLimiter } from '@wemasy-orders/rate-limit';

/** Whether a permit may still be sent, each time it is asked. */
export type Validity = () => boolean;

/** A limiter that hands out the given permits at once, and notes how they end. */
export function limiterOf(permits: Iterable<Validity>): { rateLimiter: RateLimiter; fates: string[] } {
  const fates: string[] = [];
  const left = permits[Symbol.iterator]();
  const rateLimiter: RateLimiter = {
    async acquire(policy): Promise<Permit> {
      const next = left.next();
      if (next.done === true) throw new Error('no permit is left');
      return {
        policy: String(policy),
        waitedMs: 0,
        isValid: next.value,
        async report({ kind }) {
          fates.push(kind);
        },
        async release() {
          fates.push('released');
        },
      };
    },
    snapshot: () => Promise.reject(new Error('not asked for')),
    close: () => Promise.resolve(),
  };
  return { rateLimiter, fates };
}

/** A limiter that limits nothing. */
export function noLimit(): RateLimiter {
  return limiterOf(
    (function* () {
      for (;;) yield () => true;
    })(),
  ).rateLimiter;
}
