import type { Principal } from './principal.js';

/** Counts what runs at once for each principal, so that none takes the whole server. */
export interface CallsInFlight {
  /**
   * Takes places for calls that come together.
   *
   * @returns a function that gives them back, once; undefined where there are too few
   */
  take(principal: Pick<Principal, 'issuer' | 'subject'>, calls: number): (() => void) | undefined;
}

/** @param most calls of one principal at once */
export function createCallsInFlight(most: number): CallsInFlight {
  const counts = new Map<string, number>();
  return {
    take({ issuer, subject }, calls) {
      const key = JSON.stringify([issuer, subject]);
      const running = counts.get(key) ?? 0;
      if (running + calls > most) return undefined;
      counts.set(key, running + calls);
      return () => {
        const left = (counts.get(key) ?? 0) - calls;
        if (left > 0) counts.set(key, left);
        else counts.delete(key);
      };
    },
  };
}
