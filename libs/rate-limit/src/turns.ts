/**
 * Whose turn it is: first in, first out over all processes that share the account, people before background
 * jobs, and nobody before the server's window lets it.
 *
 * Each process publishes who waits in it and when it will look again. All of them put the calls in the same
 * order, so each takes what is its own and leaves the rest to whoever is due to come for it. A process that does
 * not come loses its place.
 */
import type { Timing } from './timing.js';
import {
  chargedHits,
  count,
  limitOf,
  lowestLimitInFlight,
  shareOf,
  type Draft,
  type PermitStamp,
  type WindowRules,
} from './window.js';
import type { Priority, WaitingCalls, WaitingProcess } from './window-state.js';

/** What one process wants. */
export interface Asking {
  /** Names the process among all that share the account. */
  readonly by: string;
  /** Everybody who waits in it, the longest waiting first. */
  readonly calls: readonly WaitingCall[];
}

export interface WaitingCall {
  readonly policy: string;
  readonly priority: Priority;
  /** How long it has waited so far. */
  readonly waitedMs: number;
  /** The place it was given when it asked before; it keeps it. */
  readonly place?: Place | undefined;
}

type WaitingKind = Pick<WaitingCall, 'policy' | 'priority'>;

export interface Place {
  /** Which record it is a place in, see `WindowState.since`. */
  readonly record: number;
  readonly since: number;
}

export interface Turn {
  /** For each call of the asking, in order: its permit, or how many calls go before it. */
  readonly answers: readonly Answer[];
  /** How long a call will have to wait behind that many others: an estimate from what is known now. */
  readonly expectedWaitMs: (call: WaitingKind, ahead: number) => number;
  /** When to ask again if some calls got nothing. */
  readonly recheckMs?: number;
}

export type Answer =
  | { readonly permit: PermitStamp }
  | { readonly permit?: undefined; readonly ahead: number; readonly place: Place };

/** How many groups of waiting calls a process publishes at most: the record stays small. */
const MOST_PUBLISHED_GROUPS = 24;
const SHORTEST_POLL_MS = 10;
const LONGEST_POLL_MS = 250;
/** A background job leaves this part of the allowance to people at first … */
const RESERVED_PART = 1 / 5;
/** … and nothing any more when this part of the window is over, early enough to be counted in it. */
const RESERVED_UNTIL = 4 / 5;

/** A call of this process and its place in the queue of all processes. */
interface Queued {
  readonly call: WaitingCall;
  readonly at: number;
  readonly since: number;
  readonly index: number;
  /** What it has in common with the calls that are published together. */
  readonly group: string;
}

interface Ungranted extends Queued {
  readonly ahead: number;
}

export function grantPermits(
  draft: Draft,
  asking: Asking,
  timing: Timing,
  rules: WindowRules,
  issue: (policy: string, by: string) => PermitStamp,
): Turn {
  const now = draft.clock.certain;
  const others = draft.waiting.filter(({ id, due }) => id !== asking.by && now <= due + timing.graceMs);
  const answers: Answer[] = [];
  const ungranted: Ungranted[] = [];
  let mayTake = now < draft.pausedUntil || isProbing(draft, timing) ? 0 : draft.doubt ? 1 : Infinity;
  let othersLoseAt = Infinity;
  const foreign = draft.foreign?.n ?? 0;
  let charged = chargedHits(draft) + foreign;
  let lowest = lowestLimitInFlight(draft, rules);
  let isHeldUp = false;
  const roomBelow = (limit: number): number =>
    Math.min(limit - charged, shareOf(limit, rules, foreign) - (charged - foreign));
  const ceilingOf = (call: WaitingKind): number =>
    Math.min(lowest, limitOf(draft, call.policy, rules) - reserved(draft, call, timing, rules));

  for (const queued of inOrder(draft, asking, timing)) {
    const { call } = queued;
    const limit = limitOf(draft, call.policy, rules);
    const own = Math.min(roomBelow(limit), limit - reserved(draft, call, timing, rules) - charged);
    const room = Math.min(own, roomBelow(lowest));
    const before = callsBefore(queued, asking.by, others, ceilingOf, charged);
    // Those before it keep their room, which may be less than its own.
    const left = Math.min(room, before.ceiling - charged) - before.eligible;
    const isTurn = mayTake > 0 && (draft.doubt ? room > 0 && before.eligible === 0 : left > 0);
    if (isTurn) {
      answers[queued.at] = { permit: issue(call.policy, asking.by) };
      mayTake -= 1;
      charged += 1;
      lowest = Math.min(lowest, limit);
      continue;
    }
    if (mayTake > 0 && own > 0 && room <= 0) isHeldUp = true;
    if (mayTake > 0 && room > 0) othersLoseAt = Math.min(othersLoseAt, before.due + timing.graceMs + 1);
    const ahead = before.all + ungranted.length;
    ungranted.push({ ...queued, ahead });
    answers[queued.at] = { ahead, place: { record: draft.since, since: queued.since } };
  }

  const expectedWaitMs = forecast(draft, timing, rules);
  if (ungranted.length === 0) {
    draft.waiting = others;
    return { answers, expectedWaitMs };
  }
  const look = nextLook(draft, asking.by, timing, othersLoseAt, isHeldUp, ungranted, expectedWaitMs);
  const recheckMs = Math.max(1, Math.ceil(look));
  draft.waiting = [...others, { id: asking.by, due: now + recheckMs, calls: groupCalls(ungranted) }];
  return { answers, expectedWaitMs, recheckMs };
}

function isProbing(draft: Draft, { takeoverMs }: Timing): boolean {
  return draft.probe !== undefined && draft.clock.certain < draft.probe.at + takeoverMs;
}

/**
 * Calls that came at about the same time take turns between processes: the first of each, the second of each.
 * So a call's place is when it came, and how many of its process came at that time before it.
 */
function inOrder(draft: Draft, asking: Asking, { graceMs }: Timing): Queued[] {
  const now = draft.clock.certain;
  const sameTimeMs = Math.ceil(graceMs / 4);
  const mine = draft.waiting.find(({ id }) => id === asking.by)?.calls ?? [];
  const nextIndex = new Map<string, number>();
  for (const { policy, priority, since, first } of mine)
    nextIndex.set(`${priority} ${since} ${policy}`, first);

  const queue = asking.calls.map((call, at): Queued => {
    const { policy, priority, place } = call;
    const came = Math.floor((now - call.waitedMs) / sameTimeMs) * sameTimeMs;
    const since = place?.record === draft.since ? place.since : came;
    const group = `${priority} ${since} ${policy}`;
    const index = nextIndex.get(group) ?? 0;
    nextIndex.set(group, index + 1);
    return { call, at, since, index, group };
  });
  return queue.sort(
    (a, b) => rank(a.call.priority) - rank(b.call.priority) || a.since - b.since || a.index - b.index,
  );
}

function rank(priority: Priority): number {
  return priority === 'interactive' ? 0 : 1;
}

/**
 * How many calls of other processes come before one, how many of these could go now, and up to how many charged calls
 * all of those could.
 */
function callsBefore(
  queued: Queued,
  by: string,
  others: readonly WaitingProcess[],
  ceilingOf: (call: WaitingKind) => number,
  charged: number,
): { all: number; eligible: number; ceiling: number; due: number } {
  const before = { all: 0, eligible: 0, ceiling: Infinity, due: Infinity };
  for (const { id, due, calls } of others) {
    for (const group of calls) {
      const n = precedingCalls(group, id < by, queued);
      const ceiling = ceilingOf(group);
      const eligible = Math.max(0, Math.min(n, ceiling - charged));
      before.all += n;
      before.eligible += eligible;
      if (eligible === 0) continue;
      before.ceiling = Math.min(before.ceiling, ceiling);
      before.due = Math.min(before.due, due);
    }
  }
  return before;
}

function precedingCalls(group: WaitingCalls, winsTies: boolean, { call, since, index }: Queued): number {
  const byRank = rank(group.priority) - rank(call.priority);
  if (byRank !== 0) return byRank < 0 ? group.n : 0;
  if (group.since !== since) return group.since < since ? group.n : 0;
  return Math.max(0, Math.min(group.n, index - group.first + (winsTies ? 1 : 0)));
}

/** How many permits of the window a call must leave to people. */
function reserved(draft: Draft, call: WaitingKind, timing: Timing, rules: WindowRules): number {
  if (call.priority === 'interactive') return 0;
  const most = mostReserved(limitOf(draft, call.policy, rules));
  const elapsed = draft.clock.certain - windowStart(draft, timing);
  return Math.max(0, Math.ceil(most * (1 - elapsed / (RESERVED_UNTIL * timing.windowMs))));
}

function mostReserved(limit: number): number {
  return Math.floor(limit * RESERVED_PART);
}

/** When the oldest hit that is still charged was answered. */
function windowStart(draft: Draft, { windowMs, marginMs }: Timing): number {
  const first = draft.hits[0];
  return first ? first.until - windowMs - marginMs : draft.clock.certain;
}

function forecast(draft: Draft, timing: Timing, rules: WindowRules): Turn['expectedWaitMs'] {
  const now = draft.clock.certain;
  const cycleMs = timing.windowMs + timing.marginMs;
  let known: readonly Release[] | undefined;
  return ({ policy, priority }, ahead) => {
    const frees = (known ??= releases(draft, timing));
    const limit = shareOf(limitOf(draft, policy, rules), rules, draft.foreign?.n ?? 0);
    const most = priority === 'background' ? mostReserved(limit) : 0;
    const slots = Math.max(1, limit - most);
    const slot = ahead % slots;
    const charged = count(frees);
    const free = slots - charged;
    let at = (slot < free ? now : whenFree(frees, slot - free, now)) + Math.floor(ahead / slots) * cycleMs;
    // The last permits of this window become free for background calls one after the other.
    const spare = limit - charged - ahead;
    if (most > 0 && spare > 0) {
      const released = RESERVED_UNTIL * timing.windowMs * Math.max(0, 1 - (spare - 1) / most);
      at = Math.min(at, windowStart(draft, timing) + released);
    }
    return Math.max(0, Math.ceil(Math.max(at, draft.pausedUntil) - now));
  };
}

/** Permits that are charged now and become free together. */
export interface Release {
  readonly n: number;
  readonly at: number;
}

/** When the permits that are charged now become free, the next ones first. */
export function releases(draft: Draft, timing: Timing): Release[] {
  const now = draft.clock.certain;
  const cycleMs = timing.windowMs + timing.marginMs;
  const hits = draft.hits.map(({ n, until }) => ({ n, at: until }));
  const inFlight = draft.inFlight.map(({ n, first, last, arrivesBy }) => {
    // What has no answer by now is probably lost; what is fresh will be answered like the others.
    const isLost = first === undefined || now - last > timing.takeoverMs;
    const landed = isLost ? arrivesBy : (draft.window?.openBy ?? now);
    return { n, at: landed + cycleMs };
  });
  const foreign = draft.foreign ? [{ n: draft.foreign.n, at: draft.foreign.until }] : [];
  return [...hits, ...inFlight, ...foreign].sort((a, b) => a.at - b.at);
}

/** @param before how many permits become free earlier */
function whenFree(frees: readonly Release[], before: number, now: number): number {
  let freed = 0;
  for (const { n, at } of frees) {
    freed += n;
    if (freed > before) return at;
  }
  return now;
}

function nextLook(
  draft: Draft,
  by: string,
  timing: Timing,
  othersLoseAt: number,
  isHeldUp: boolean,
  ungranted: readonly Ungranted[],
  expectedWaitMs: Turn['expectedWaitMs'],
): number {
  const now = draft.clock.certain;
  if (now < draft.pausedUntil) return draft.pausedUntil - now;
  if (draft.probe && isProbing(draft, timing)) {
    const takeover = draft.probe.at + timing.takeoverMs - now;
    // The answer to a probe of this process is reported here; one of another process has to be looked for.
    if (draft.probe.by === by) return takeover;
    return Math.min(takeover, LONGEST_POLL_MS, Math.max(SHORTEST_POLL_MS, (now - draft.probe.at) / 2));
  }
  const first = (priority: Priority): number => {
    const found = ungranted.find(({ call }) => call.priority === priority);
    return found ? expectedWaitMs(found.call, found.ahead) : Infinity;
  };
  // Who is held up by a call under way could go as soon as that is answered, which another process may be told.
  const own = isHeldUp
    ? Math.min(LONGEST_POLL_MS, timing.recheckMs)
    : Math.min(first('interactive'), first('background'), timing.recheckMs);
  if (othersLoseAt === Infinity) return own;
  // There is room, but others come first: until they are late, or until the answer to their probe is known.
  return Math.min(othersLoseAt - now, draft.doubt ? LONGEST_POLL_MS : own || timing.recheckMs);
}

function groupCalls(ungranted: readonly Ungranted[]): WaitingCalls[] {
  const groups = new Map<string, WaitingCalls>();
  for (const { call, since, index, group } of ungranted) {
    const calls = groups.get(group);
    if (calls) groups.set(group, { ...calls, n: calls.n + 1 });
    else if (groups.size < MOST_PUBLISHED_GROUPS) {
      groups.set(group, { policy: call.policy, priority: call.priority, since, first: index, n: 1 });
    }
  }
  return [...groups.values()];
}
