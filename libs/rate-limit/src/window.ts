/**
 * Tracks the server's counter: a record, and what became of a permit, make the next record.
 *
 * The server (Laravel's `throttle` middleware) counts in a fixed window. The first call opens it, later calls count,
 * and at its end the server forgets all of them; refused calls do not count. A client sees only when it sent a call
 * and when the answer came. From this follows:
 *
 * - **A call is charged until the window that counted it is certainly over.** A call answered at `y` was counted in a
 *   window that was open by `y`, so that window is over by `y + W`. This alone is safe at any latency: no window ever
 *   holds more calls than are charged.
 * - **The calls of one window end together**, at `openBy + W`, where `openBy` is the first answer that proves the
 *   window open. A call belongs to that window if its answer came before the window can have closed, `from + W`. Any
 *   other call may have arrived in the next window and is charged for a window of its own. So a permit that straddles
 *   the boundary counts in both windows.
 * - **`from` is the earliest time at which any charged call can have reached the server.** A window that is open now
 *   was opened by one of them.
 * - **If limits share a counter, the lowest limit of the calls in flight caps the charge.** A call then never finds
 *   more than its own limit counted, whatever overtakes it.
 * - **`Remaining` may raise the count at any time, but lower it only from a call that was alone.** Other calls in
 *   flight may be counted or not. `Remaining = Limit - 1` identifies the call that opened the window.
 *
 * If this knowledge is missing (first start, after a refusal, foreign use), one call goes alone as a probe and its
 * answer shows the count.
 */
import {
  addHits,
  count,
  forgetHits,
  IDLE_WINDOWS,
  limitOf,
  markLost,
  settle,
  timingOf,
  type Draft,
  type PermitStamp,
  type Timing,
  type WindowRules,
} from './counter.js';
import type { RateLimitFacts } from './headers.js';
import type { Hits } from './window-state.js';

export type WindowEvent =
  | {
      /** `refusal`: the rate limit refused the request. */
      readonly kind: 'answer' | 'refusal';
      readonly permit: PermitStamp;
      readonly status: number;
      readonly facts: RateLimitFacts;
    }
  /** No answer came; the server may have counted the call or may still do so. */
  | { readonly kind: 'lost'; readonly permit: PermitStamp }
  /** The permit was returned unsent. */
  | { readonly kind: 'release'; readonly permit: PermitStamp };

export type WindowWarning =
  | { readonly kind: 'rejected'; readonly policy: string; readonly pausedMs: number }
  | { readonly kind: 'foreign-use'; readonly policy: string; readonly calls: number }
  | { readonly kind: 'limit-changed'; readonly policy: string; readonly from: number; readonly to: number };

/** After this long without an update, a record says no more than a missing one. */
export function recordLifeMs({ windowMs }: WindowRules): number {
  const { longestFlightMs, marginMs } = timingOf(windowMs);
  return Math.max(IDLE_WINDOWS * windowMs, longestFlightMs + windowMs + marginMs);
}

/** What a record learns from what became of a permit. */
export function reduceWindow(
  draft: Draft,
  event: WindowEvent,
  timing: Timing,
  rules: WindowRules,
): WindowWarning[] {
  finishProbe(draft, event.permit);
  if (event.kind === 'lost') {
    markLost(draft, event.permit, timing);
    return [];
  }
  settle(draft, event.permit);
  if (event.kind === 'release') return [];
  return event.kind === 'refusal'
    ? onRefusal(draft, event.permit, event.facts, timing)
    : onAnswer(draft, event.permit, event.status, event.facts, timing, rules);
}

function finishProbe(draft: Draft, permit: PermitStamp): void {
  if (permit.record === draft.since && draft.probe?.issued === permit.issued) delete draft.probe;
}

function onAnswer(
  draft: Draft,
  permit: PermitStamp,
  status: number,
  facts: RateLimitFacts,
  timing: Timing,
  rules: WindowRules,
): WindowWarning[] {
  const warnings = updateLimit(draft, permit.policy, facts.limit, rules);
  if (permit.record !== draft.since) {
    // The record that issued the permit was lost: the call counts, but proves nothing about the window.
    const until = draft.clock.minElapsed + timing.windowMs + timing.marginMs;
    addHits(draft, { n: permit.cost, from: draft.clock.maxElapsed - timing.windowMs, until });
    return warnings;
  }
  const limit = limitOf(draft, permit.policy, rules);
  // None where the server does not say: an answer that shows the count shows at least the call itself.
  const used = Math.max(0, limit - (facts.remaining ?? limit));
  const counted = used > 0 || (status >= 200 && status < 300);

  chargeAnswered(draft, permit, counted, used, timing, rules);
  const ours = permit.charged + (draft.issued - permit.issued);
  const known = draft.foreign?.n ?? 0;
  reconcile(draft, permit, used, ours, timing, rules);
  if (used - ours > known) {
    warnings.push({ kind: 'foreign-use', policy: permit.policy, calls: used - ours });
    draft.uncertainty = { reason: 'foreign-use', issued: draft.issued };
    delete draft.window;
  } else if (counted && draft.uncertainty && permit.issued > draft.uncertainty.issued) {
    delete draft.uncertainty;
  }
  return warnings;
}

/** Charges an answered permit to its window, and updates the window from the answer. */
function chargeAnswered(
  draft: Draft,
  permit: PermitStamp,
  counted: boolean,
  used: number,
  { windowMs, marginMs, roundingMs }: Timing,
  { kind }: WindowRules,
): void {
  const { minElapsed, maxElapsed } = draft.clock;
  const { cost: n, from } = permit;
  if (kind === 'sliding-window') {
    addHits(draft, { n, from, until: minElapsed + windowMs + marginMs });
    return;
  }
  const isOpener = used === n;
  const closes = ({ from }: { from: number }): number => from + windowMs - roundingMs;
  const isCurrent = draft.window !== undefined && permit.issued >= draft.window.issued;
  // A window that had a call before this permit was issued is over, even if our clocks stopped meanwhile.
  const isOver = isOpener && (draft.window?.openBy ?? Infinity) < permit.at;

  if (draft.window && isCurrent && !isOver && maxElapsed <= closes(draft.window)) {
    const opener = isOpener ? { from: Math.max(draft.window.from, from) } : {};
    const openBy = draft.window.openBy ?? (counted ? minElapsed : undefined);
    draft.window = { ...draft.window, ...opener, ...(openBy !== undefined && { openBy }) };
  } else if (isOpener && (!draft.window || isCurrent)) {
    // The only call in its window: the server has opened a new one since this permit was issued.
    draft.window = { issued: permit.issued, from, openBy: minElapsed };
  }

  const { window } = draft;
  const openBy = window && maxElapsed <= closes(window) ? (window.openBy ?? minElapsed) : minElapsed;
  addHits(draft, { n, from, until: Math.min(openBy, minElapsed) + windowMs + marginMs });
}

/** Corrects our count by the server's. */
function reconcile(
  draft: Draft,
  permit: PermitStamp,
  used: number,
  ours: number,
  timing: Timing,
  { kind }: WindowRules,
): void {
  const { minElapsed, maxElapsed } = draft.clock;
  const alone = permit.alone && permit.issued === draft.issued;
  if (used > ours) {
    const known = draft.foreign?.n ?? 0;
    if (alone || used - ours >= known) {
      draft.foreign = {
        n: used - ours,
        from: maxElapsed - timing.windowMs,
        until: minElapsed + timing.windowMs + timing.marginMs,
      };
    }
  } else if (alone && used > 0) {
    delete draft.foreign;
    // A leaky bucket reports its level, which falls before the calls that filled it can be repeated.
    if (kind === 'sliding-window') return;
    // The server has forgotten the rest. The calls that end last stay: any that the server still counts end with them.
    forgetHits(draft, count(draft.hits) - used);
  }
}

function updateLimit(
  draft: Draft,
  policy: string,
  limit: number | undefined,
  rules: WindowRules,
): WindowWarning[] {
  const before = limitOf(draft, policy, rules);
  if (limit === undefined) return [];
  draft.limits = { ...draft.limits, [policy]: limit };
  return limit === before ? [] : [{ kind: 'limit-changed', policy, from: before, to: limit }];
}

/**
 * The pause lasts until Retry-After, which may be up to a second short, and never longer than a window, whatever the
 * header says. A probe follows it.
 */
function onRefusal(
  draft: Draft,
  permit: PermitStamp,
  facts: RateLimitFacts,
  timing: Timing,
): WindowWarning[] {
  const { windowMs, marginMs } = timing;
  const retryAfterMs = facts.retryAfterMs ?? facts.resetMs ?? windowMs;
  const pausedMs = Math.min(retryAfterMs, windowMs) + 1000 + marginMs;
  draft.pausedUntil = Math.max(draft.pausedUntil, draft.clock.minElapsed + pausedMs);
  draft.uncertainty = { reason: 'rejected', issued: draft.issued };
  delete draft.window;
  if ((facts.remaining ?? 0) > 0) {
    // The window is not full: the refusal comes from behind the server's counter, so the call was counted.
    const until = draft.clock.minElapsed + windowMs + marginMs;
    addHits(draft, { n: permit.cost, from: permit.from, until });
  } else endWithPause(draft, permit, timing);
  return [{ kind: 'rejected', policy: permit.policy, pausedMs }];
}

/** Calls answered before a refused one was sent are in the full window or an older one. */
function endWithPause(draft: Draft, refused: PermitStamp, { windowMs, marginMs }: Timing): void {
  const { pausedUntil } = draft;
  const shortened = (hits: Hits): Hits =>
    hits.until - windowMs - marginMs <= refused.at
      ? { ...hits, until: Math.min(hits.until, pausedUntil) }
      : hits;
  const hits = draft.hits.map(shortened);
  draft.hits = [];
  for (const group of hits) addHits(draft, group);
  if (draft.foreign) draft.foreign = shortened(draft.foreign);
}
