/**
 * The queue: first in, first out over all processes that share the account, interactive calls before background ones,
 * and no call before the server's window has room for it.
 *
 * Each process publishes its waiting calls and when it will look again. All processes sort the calls alike, so each
 * takes its own permits and leaves the rest to the processes that are due. A process that misses its time loses its
 * place.
 */
import {
  chargedHits,
  count,
  expiries,
  issue,
  limitOf,
  lowestLimitInFlight,
  shareOf,
  type Draft,
  type Expiry,
  type PermitStamp,
  type WindowRules,
} from './counter.js';
import type { Timing } from './time.js';
import type { Priority, WaitingCalls, WaitingProcess } from './window-state.js';

/** One process asks for permits. */
export interface AcquireRequest {
  /** Identifies the process among all that share the account. */
  readonly by: string;
  /** All calls that wait in it, the longest waiting first. */
  readonly calls: readonly WaitingCall[];
}

export interface WaitingCall {
  readonly policy: string;
  readonly priority: Priority;
  /** How much it counts against the limit; default 1. */
  readonly cost?: number | undefined;
  /** How long it has waited so far. */
  readonly waitedMs: number;
  /** The place it got from an earlier request; it keeps it. */
  readonly place?: Place | undefined;
}

type WaitingKind = Pick<WaitingCall, 'policy' | 'priority' | 'cost'>;

export interface Place {
  /** The record that it is a place in, see `WindowState.since`. */
  readonly record: number;
  readonly since: number;
}

export interface Grants {
  /** For each call of the request, in order: its permit, or how much goes before it. */
  readonly calls: readonly Grant[];
  /** Estimates how long a call has to wait behind calls of that much cost. */
  readonly expectedWaitMs: (call: WaitingKind, ahead: number) => number;
  /** When to ask again; absent if every call got a permit. */
  readonly recheckMs?: number;
}

export type Grant =
  | { readonly permit: PermitStamp }
  | { readonly permit?: undefined; readonly ahead: number; readonly place: Place };

/** The most groups of waiting calls that a process publishes, so that the record stays small. */
const MOST_PUBLISHED_GROUPS = 24;
const SHORTEST_POLL_MS = 10;
const LONGEST_POLL_MS = 250;
/** Background calls first leave this part of the allowance to interactive ones … */
const RESERVED_PART = 1 / 5;
/** … and none of it after this part of the window, early enough to be counted in it. */
const RESERVED_UNTIL = 4 / 5;

/** A call of this process and its place in the queue of all processes. */
interface Queued {
  readonly call: WaitingCall;
  readonly at: number;
  readonly since: number;
  readonly index: number;
  /** Calls with the same key are published together. */
  readonly key: string;
}

interface Ungranted extends Queued {
  readonly ahead: number;
}

export function grantPermits(
  draft: Draft,
  request: AcquireRequest,
  timing: Timing,
  rules: WindowRules,
): Grants {
  const now = draft.clock.minElapsed;
  const others = draft.waiting.filter(({ id, due }) => id !== request.by && now <= due + timing.graceMs);
  const calls: Grant[] = [];
  const ungranted: Ungranted[] = [];
  let allowed = now < draft.pausedUntil || isProbing(draft, timing) ? 0 : draft.uncertainty ? 1 : Infinity;
  let othersLateAt = Infinity;
  const foreign = draft.foreign?.n ?? 0;
  let charged = chargedHits(draft) + foreign;
  let lowest = lowestLimitInFlight(draft, rules);
  let isHeldUp = false;
  /** How many of the ungranted calls may go before the others: those behind them do not overtake. */
  let inFront = Infinity;
  let costAhead = 0;
  const roomBelow = (limit: number): number =>
    Math.min(limit - charged, shareOf(limit, rules, foreign) - (charged - foreign));
  const ceilingOf = (call: WaitingKind): number =>
    Math.min(lowest, limitOf(draft, call.policy, rules) - reserved(draft, call, timing, rules));

  for (const queued of inOrder(draft, request, timing)) {
    const { call } = queued;
    const limit = limitOf(draft, call.policy, rules);
    const own = Math.min(roomBelow(limit), limit - reserved(draft, call, timing, rules) - charged);
    const room = Math.min(own, roomBelow(lowest));
    const before = callsBefore(queued, request.by, others, ceilingOf, charged);
    // Calls before it keep their room, which may be less than its own.
    const left = Math.min(room, before.ceiling - charged) - before.eligible;
    const cost = costOf(call);
    const needed = Math.min(cost, mostRoom(call, limit, rules));
    const isNext = allowed > 0 && left >= needed && (!draft.uncertainty || before.eligible === 0);
    if (isNext) {
      calls[queued.at] = { permit: issue(draft, { policy: call.policy, cost }, request.by, timing) };
      allowed -= 1;
      charged += cost;
      lowest = Math.min(lowest, limit);
      continue;
    }
    if (inFront === Infinity && own >= needed && room < needed) isHeldUp = true;
    if (allowed > 0 && room > 0) othersLateAt = Math.min(othersLateAt, before.due + timing.graceMs + 1);
    const ahead = before.all + costAhead;
    costAhead += cost;
    ungranted.push({ ...queued, ahead });
    // Smaller calls do not overtake one that waits for more room.
    if (left > 0 && needed > 1) {
      allowed = 0;
      inFront = Math.min(inFront, ungranted.length);
    }
    calls[queued.at] = { ahead, place: { record: draft.since, since: queued.since } };
  }

  const expectedWaitMs = forecast(draft, timing, rules);
  if (ungranted.length === 0) {
    draft.waiting = others;
    return { calls, expectedWaitMs };
  }
  const front = ungranted.slice(0, inFront);
  const look = nextLook(draft, request.by, timing, othersLateAt, isHeldUp, front, expectedWaitMs);
  const recheckMs = Math.max(1, Math.ceil(look));
  draft.waiting = [...others, { id: request.by, due: now + recheckMs, calls: groupCalls(ungranted) }];
  return { calls, expectedWaitMs, recheckMs };
}

/** The room for a call if nothing is charged. A call that costs more goes when it has all of this. */
function mostRoom({ priority }: WaitingKind, limit: number, rules: WindowRules): number {
  const share = shareOf(limit, rules, 0);
  return priority === 'background' ? Math.max(1, share - mostReserved(limit)) : share;
}

function isProbing(draft: Draft, { takeoverMs }: Timing): boolean {
  return draft.probe !== undefined && draft.clock.minElapsed < draft.probe.at + takeoverMs;
}

/**
 * Calls that began to wait at about the same time alternate between processes: the first of each, the second of each.
 * So the place of a call is its time, and then its number among the calls of its process at that time.
 */
function inOrder(draft: Draft, request: AcquireRequest, { graceMs }: Timing): Queued[] {
  const now = draft.clock.minElapsed;
  const slotMs = Math.ceil(graceMs / 4);
  const mine = draft.waiting.find(({ id }) => id === request.by)?.calls ?? [];
  const nextIndex = new Map<string, number>();
  for (const group of mine) nextIndex.set(groupKey(group), group.first);

  const queue = request.calls.map((call, at): Queued => {
    const { policy, priority, place } = call;
    const cost = costOf(call);
    const arrived = Math.floor((now - call.waitedMs) / slotMs) * slotMs;
    const since = place?.record === draft.since ? place.since : arrived;
    const key = groupKey({ policy, priority, since, cost });
    const index = nextIndex.get(key) ?? 0;
    nextIndex.set(key, index + 1);
    return { call, at, since, index, key };
  });
  return queue.sort(
    (a, b) => rank(a.call.priority) - rank(b.call.priority) || a.since - b.since || a.index - b.index,
  );
}

function groupKey({
  policy,
  priority,
  since,
  cost,
}: Pick<WaitingCalls, 'policy' | 'priority' | 'since' | 'cost'>): string {
  return `${priority} ${since} ${cost} ${policy}`;
}

function costOf({ cost = 1 }: WaitingKind): number {
  return cost;
}

function rank(priority: Priority): number {
  return priority === 'interactive' ? 0 : 1;
}

/**
 * The cost of the calls of other processes that come before a call, how much of it could go now, up to which charge
 * these could all go, and when the first of their processes is due.
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
      const n = group.cost * precedingCalls(group, id < by, queued);
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
  const order = rank(group.priority) - rank(call.priority) || group.since - since;
  if (order !== 0) return order < 0 ? group.n : 0;
  return Math.max(0, Math.min(group.n, index - group.first + (winsTies ? 1 : 0)));
}

/** How many permits of the window a call must leave to interactive ones. */
function reserved(draft: Draft, call: WaitingKind, timing: Timing, rules: WindowRules): number {
  if (call.priority === 'interactive') return 0;
  const most = mostReserved(limitOf(draft, call.policy, rules));
  const elapsed = draft.clock.minElapsed - windowStart(draft, timing);
  return Math.max(0, Math.ceil(most * (1 - elapsed / (RESERVED_UNTIL * timing.windowMs))));
}

function mostReserved(limit: number): number {
  return Math.floor(limit * RESERVED_PART);
}

/** When the oldest call that is still charged was answered. */
function windowStart(draft: Draft, { windowMs, marginMs }: Timing): number {
  const first = draft.hits[0];
  return first ? first.until - windowMs - marginMs : draft.clock.minElapsed;
}

function forecast(draft: Draft, timing: Timing, rules: WindowRules): Grants['expectedWaitMs'] {
  const now = draft.clock.minElapsed;
  const cycleMs = timing.windowMs + timing.marginMs;
  let known: readonly Expiry[] | undefined;
  return ({ policy, priority, cost = 1 }, ahead) => {
    const expiring = (known ??= expiries(draft, timing));
    const limit = shareOf(limitOf(draft, policy, rules), rules, draft.foreign?.n ?? 0);
    const most = priority === 'background' ? mostReserved(limit) : 0;
    const slots = Math.max(1, limit - most);
    const last = ahead + cost - 1;
    const slot = last % slots;
    const charged = count(expiring);
    const free = slots - charged;
    let at = (slot < free ? now : whenFree(expiring, slot - free, now)) + Math.floor(last / slots) * cycleMs;
    // The reserved permits of this window become free for background calls one by one.
    const spare = limit - charged - last;
    if (most > 0 && spare > 0) {
      const released = RESERVED_UNTIL * timing.windowMs * Math.max(0, 1 - (spare - 1) / most);
      at = Math.min(at, windowStart(draft, timing) + released);
    }
    return Math.max(0, Math.ceil(Math.max(at, draft.pausedUntil) - now));
  };
}

/** @param before how many permits expire earlier */
function whenFree(expiring: readonly Expiry[], before: number, now: number): number {
  let freed = 0;
  for (const { n, at } of expiring) {
    freed += n;
    if (freed > before) return at;
  }
  return now;
}

function nextLook(
  draft: Draft,
  by: string,
  timing: Timing,
  othersLateAt: number,
  isHeldUp: boolean,
  ungranted: readonly Ungranted[],
  expectedWaitMs: Grants['expectedWaitMs'],
): number {
  const now = draft.clock.minElapsed;
  if (now < draft.pausedUntil) return draft.pausedUntil - now;
  if (draft.probe && isProbing(draft, timing)) {
    const takeover = draft.probe.at + timing.takeoverMs - now;
    // The answer to this process's probe is reported here; only the record shows the answer to another's.
    if (draft.probe.by === by) return takeover;
    return Math.min(takeover, LONGEST_POLL_MS, Math.max(SHORTEST_POLL_MS, (now - draft.probe.at) / 2));
  }
  const first = (priority: Priority): number => {
    const found = ungranted.find(({ call }) => call.priority === priority);
    return found ? expectedWaitMs(found.call, found.ahead) : Infinity;
  };
  // A call that is held up by one in flight can go as soon as that is answered, maybe in another process.
  const own = isHeldUp
    ? Math.min(LONGEST_POLL_MS, timing.recheckMs)
    : Math.min(first('interactive'), first('background'), timing.recheckMs);
  if (othersLateAt === Infinity) return own;
  // There is room, but other processes come first: wait until they are late or their probe is answered.
  return Math.min(othersLateAt - now, draft.uncertainty ? LONGEST_POLL_MS : own || timing.recheckMs);
}

function groupCalls(ungranted: readonly Ungranted[]): WaitingCalls[] {
  const groups = new Map<string, WaitingCalls>();
  for (const { call, since, index, key } of ungranted) {
    const calls = groups.get(key);
    if (calls) groups.set(key, { ...calls, n: calls.n + 1 });
    else if (groups.size < MOST_PUBLISHED_GROUPS) {
      groups.set(key, {
        policy: call.policy,
        priority: call.priority,
        since,
        first: index,
        n: 1,
        cost: costOf(call),
      });
    }
  }
  return [...groups.values()];
}
