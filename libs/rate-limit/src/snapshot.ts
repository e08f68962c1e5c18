import {
  count,
  expiries,
  limitOf,
  lowestLimitInFlight,
  shareOf,
  type Draft,
  type Timing,
  type WindowRules,
} from './counter.js';
import type { RateLimitSnapshot } from './types.js';

/**
 * What is known about a counter.
 *
 * @param own the process that asks, and how many of its calls wait for the policy
 */
export function snapshotOf(
  draft: Draft,
  policy: string,
  timing: Timing,
  rules: WindowRules,
  own: { readonly id: string; readonly waiting: number },
): RateLimitSnapshot {
  const now = draft.clock.minElapsed;
  const limit = limitOf(draft, policy, rules);
  const most = Math.min(limit, lowestLimitInFlight(draft, rules));
  const isPaused = now < draft.pausedUntil;
  const expiring = expiries(draft, timing);
  const resetAt = Math.max(now, draft.pausedUntil, expiring.at(-1)?.at ?? 0);
  const foreign = draft.foreign?.n ?? 0;
  const room = Math.min(most, shareOf(most, rules, foreign) + foreign) - count(expiring);
  const inOthers = draft.waiting
    .flatMap(({ id, calls }) => (id === own.id ? [] : calls))
    .reduce((sum, calls) => (calls.policy === policy ? sum + calls.n : sum), 0);
  return {
    policy,
    limit,
    remaining: isPaused ? 0 : Math.max(0, room),
    resetInMs: Math.ceil(resetAt - now),
    state: isPaused ? 'paused' : phaseOf(draft),
    queued: own.waiting + inOthers,
  };
}

function phaseOf({ uncertainty, probe }: Draft): RateLimitSnapshot['state'] {
  if (!uncertainty) return 'locked';
  return probe ? 'probing' : 'unknown';
}
