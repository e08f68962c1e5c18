import type { RateLimitSnapshot } from './rate-limiter.js';
import type { WitnessedTime } from './record-clock.js';
import { timingOf } from './timing.js';
import { releases } from './turns.js';
import {
  count,
  currentDraft,
  limitOf,
  lowestLimitInFlight,
  shareOf,
  type Draft,
  type WindowRules,
} from './window.js';
import type { WindowState } from './window-state.js';

/** What can be said about a counter without changing it. */
export function inspectWindow(
  state: WindowState | undefined,
  policy: string,
  time: WitnessedTime,
  rules: WindowRules,
): RateLimitSnapshot {
  const timing = timingOf(rules.windowMs);
  const draft = currentDraft(state, time, timing);
  const now = draft.clock.certain;
  const limit = limitOf(draft, policy, rules);
  const most = Math.min(limit, lowestLimitInFlight(draft, rules));
  const paused = now < draft.pausedUntil;
  const frees = releases(draft, timing);
  const resetAt = Math.max(now, draft.pausedUntil, frees.at(-1)?.at ?? 0);
  const foreign = draft.foreign?.n ?? 0;
  const room = Math.min(most, shareOf(most, rules, foreign) + foreign) - count(frees);
  const queued = draft.waiting
    .flatMap(({ calls }) => calls)
    .reduce((sum, calls) => (calls.policy === policy ? sum + calls.n : sum), 0);
  return {
    policy,
    limit,
    remaining: paused ? 0 : Math.max(0, room),
    resetInMs: Math.ceil(resetAt - now),
    state: paused ? 'paused' : knowledge(draft),
    queued,
  };
}

function knowledge({ doubt, probe }: Draft): RateLimitSnapshot['state'] {
  if (!doubt) return 'locked';
  return probe ? 'probing' : 'unknown';
}
