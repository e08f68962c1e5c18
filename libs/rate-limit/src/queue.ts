/**
 * Which waiting calls get a permit: no call before the server's window has room for it, interactive calls before
 * background ones, and the first of each kind first.
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
  type Timing,
  type WindowRules,
} from './counter.js';
import type { Priority } from './window-state.js';

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

export type WaitingKind = Pick<WaitingCall, 'policy' | 'priority' | 'cost'>;

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
  | { readonly permit?: undefined; readonly ahead: number; readonly place: Place | undefined };

/** A call of this process in the queue. */
export interface Queued {
  readonly call: WaitingCall;
  /** Its number in the request. */
  readonly at: number;
  /** Absent where there is but one process. */
  readonly place?: Place;
}

/** What of the queue goes before a call of this process. */
export interface Before {
  /** The cost of the calls. */
  readonly all: number;
  /** How much of that could go now. */
  readonly eligible: number;
  /** Up to which charge these could all go. */
  readonly ceiling: number;
  /** When the first of their processes is due. */
  readonly due: number;
}

/** The queue in which the calls of this process wait. */
export interface Queue<Entry extends Queued> {
  /** Its calls, the next one first. */
  readonly entries: readonly Entry[];
  /** @param ceilingOf up to which charge a call may go */
  before(entry: Entry, ceilingOf: (call: WaitingKind) => number, charged: number): Before;
  /**
   * When to ask again, in milliseconds.
   *
   * @param ownMs as far as it depends on the calls of this process
   * @param othersLateAt when the processes that come first have missed their time; Infinity if none does
   */
  nextLook(ownMs: number, othersLateAt: number): number;
  /** Tells other processes of the calls that got no permit. */
  publish?(ungranted: readonly Entry[], recheckMs: number): void;
}

const LONGEST_POLL_MS = 250;
/** Background calls first leave this part of the allowance to interactive ones … */
const RESERVED_PART = 1 / 5;
/** … and none of it after this part of the window, early enough to be counted in it. */
const RESERVED_UNTIL = 4 / 5;

/** Grants permits to the calls of a process that shares its record with no other. */
export function grantOwn(
  draft: Draft,
  { by, calls }: AcquireRequest,
  timing: Timing,
  rules: WindowRules,
): Grants {
  const entries = calls.map((call, at) => ({ call, at }));
  return grantPermits(draft, by, timing, rules, {
    entries: entries.sort((a, b) => rank(a.call.priority) - rank(b.call.priority)),
    before: () => nothing,
    nextLook: (ownMs) => ownMs,
  });
}

const nothing: Before = { all: 0, eligible: 0, ceiling: Infinity, due: Infinity };

export function grantPermits<Entry extends Queued>(
  draft: Draft,
  by: string,
  timing: Timing,
  rules: WindowRules,
  queue: Queue<Entry>,
): Grants {
  const now = draft.clock.minElapsed;
  const calls: Grant[] = [];
  const ungranted: (Entry & { readonly ahead: number })[] = [];
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

  for (const queued of queue.entries) {
    const { call, place } = queued;
    const limit = limitOf(draft, call.policy, rules);
    const own = Math.min(roomBelow(limit), limit - reserved(draft, call, timing, rules) - charged);
    const room = Math.min(own, roomBelow(lowest));
    const before = queue.before(queued, ceilingOf, charged);
    // Calls before it keep their room, which may be less than its own.
    const left = Math.min(room, before.ceiling - charged) - before.eligible;
    const cost = costOf(call);
    const needed = Math.min(cost, mostRoom(call, limit, rules));
    const isNext = allowed > 0 && left >= needed && (!draft.uncertainty || before.eligible === 0);
    if (isNext) {
      calls[queued.at] = { permit: issue(draft, { policy: call.policy, cost }, by, timing) };
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
    calls[queued.at] = { ahead, place };
  }

  const expectedWaitMs = forecast(draft, timing, rules);
  if (ungranted.length === 0) return { calls, expectedWaitMs };
  const ownMs = nextOwnLook(draft, timing, isHeldUp, ungranted.slice(0, inFront), expectedWaitMs);
  const recheckMs = Math.max(1, Math.ceil(queue.nextLook(ownMs, othersLateAt)));
  queue.publish?.(ungranted, recheckMs);
  return { calls, expectedWaitMs, recheckMs };
}

/** The room for a call if nothing is charged. A call that costs more goes when it has all of this. */
function mostRoom({ priority }: WaitingKind, limit: number, rules: WindowRules): number {
  const share = shareOf(limit, rules, 0);
  return priority === 'background' ? Math.max(1, share - mostReserved(limit)) : share;
}

/** Whether a probe is under way that still has time for its answer. */
export function isProbing(draft: Draft, { takeoverMs }: Timing): boolean {
  return draft.probe !== undefined && draft.clock.minElapsed < draft.probe.at + takeoverMs;
}

export function costOf({ cost = 1 }: WaitingKind): number {
  return cost;
}

export function rank(priority: Priority): number {
  return priority === 'interactive' ? 0 : 1;
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

function nextOwnLook(
  draft: Draft,
  timing: Timing,
  isHeldUp: boolean,
  ungranted: readonly (Queued & { readonly ahead: number })[],
  expectedWaitMs: Grants['expectedWaitMs'],
): number {
  const now = draft.clock.minElapsed;
  if (now < draft.pausedUntil) return draft.pausedUntil - now;
  if (draft.probe && isProbing(draft, timing)) return draft.probe.at + timing.takeoverMs - now;
  // A call that is held up by one in flight can go as soon as that is answered, maybe in another process.
  if (isHeldUp) return Math.min(LONGEST_POLL_MS, timing.recheckMs);
  const first = (priority: Priority): number => {
    const found = ungranted.find(({ call }) => call.priority === priority);
    return found ? expectedWaitMs(found.call, found.ahead) : Infinity;
  };
  return Math.min(first('interactive'), first('background'), timing.recheckMs);
}
