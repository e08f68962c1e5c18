import {
  count,
  currentDraft,
  expiries,
  limitOf,
  lowestLimitInFlight,
  shareOf,
  type Draft,
  type WindowRules,
} from './counter.js';
import { timingOf, type CheckedTime } from './time.js';
import type { RateLimitSnapshot } from './types.js';
import type { WindowState } from './window-state.js';

/** What is known about a counter. */
export function snapshotOf(
  state: WindowState | undefined,
  policy: string,
  time: CheckedTime,
  rules: WindowRules,
): RateLimitSnapshot {
  const timing = timingOf(rules.windowMs);
  const draft = currentDraft(state, time, timing);
  const now = draft.clock.minElapsed;
  const limit = limitOf(draft, policy, rules);
  const most = Math.min(limit, lowestLimitInFlight(draft, rules));
  const isPaused = now < draft.pausedUntil;
  const expiring = expiries(draft, timing);
  const resetAt = Math.max(now, draft.pausedUntil, expiring.at(-1)?.at ?? 0);
  const foreign = draft.foreign?.n ?? 0;
  const room = Math.min(most, shareOf(most, rules, foreign) + foreign) - count(expiring);
  const queued = draft.waiting
    .flatMap(({ calls }) => calls)
    .reduce((sum, calls) => (calls.policy === policy ? sum + calls.n : sum), 0);
  return {
    policy,
    limit,
    remaining: isPaused ? 0 : Math.max(0, room),
    resetInMs: Math.ceil(resetAt - now),
    state: isPaused ? 'paused' : phaseOf(draft),
    queued,
  };
}

function phaseOf({ uncertainty, probe }: Draft): RateLimitSnapshot['state'] {
  if (!uncertainty) return 'locked';
  return probe ? 'probing' : 'unknown';
}
