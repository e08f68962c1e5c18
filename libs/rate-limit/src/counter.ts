/** What a record charges: which permits and calls count against a limit now, and until when. */
import type { WindowKind } from './types.js';
import { type Hits, type InFlight, type RecordTime, type WindowState } from './window-state.js';

/** Durations in milliseconds that follow from the length of a window. */
export interface Timing {
  readonly windowMs: number;
  /**
   * Added before a window counts as over. Covers clocks that run at different speeds (0.08 %, four times the error
   * of a quartz clock), rounding, and a server that resets just after its millisecond.
   */
  readonly marginMs: number;
  /** A server that counts in whole seconds ends a window up to this much early and reports it this much short. */
  readonly roundingMs: number;
  /** A permit must be sent within this time; a process that slept in between needs a new one. */
  readonly permitLifeMs: number;
  /** A request that has not reached the server this long after its permit was issued never will. */
  readonly longestFlightMs: number;
  /** A request that the caller gave up may still reach the server for this long. */
  readonly strayMs: number;
  /** After this long without an answer to the probe, the next waiting call becomes the probe. */
  readonly takeoverMs: number;
  /** A waiting process that is this late loses its place. */
  readonly graceMs: number;
  /** The longest time between two looks at the record, because another process may have returned a permit. */
  readonly recheckMs: number;
}

/**
 * A permit is sent within 5 s and the client times out after 30 s; 5 s more cover four TCP retransmissions, which
 * double from 200 ms. The permits of a dead process stay charged this long even if windows are shorter. A permit that
 * is reported lost stays charged for those last 5 s only.
 */
const LONGEST_FLIGHT_MS = 40_000;
const STRAY_MS = 5_000;
/** Where windows are long enough, requests get more time, because a longer charge costs little allowance there. */
const GENEROUS_FLIGHT_MS = 60_000;
const LONGEST_RECHECK_MS = 10_000;

export function timingOf(windowMs: number): Timing {
  const generousMs = Math.min(windowMs, GENEROUS_FLIGHT_MS);
  return {
    windowMs,
    marginMs: 2 + Math.ceil(windowMs / 1250),
    roundingMs: Math.min(1000, windowMs / 2),
    permitLifeMs: Math.min(5000, windowMs / 2),
    longestFlightMs: Math.max(LONGEST_FLIGHT_MS, generousMs),
    strayMs: Math.max(STRAY_MS, generousMs),
    takeoverMs: Math.min(5000, windowMs / 4),
    graceMs: Math.min(1000, windowMs / 20),
    recheckMs: Math.min(LONGEST_RECHECK_MS, windowMs / 10),
  };
}

/** The limits that share one counter; they have the same window. */
export interface WindowRules {
  readonly windowMs: number;
  readonly limits: Readonly<Record<string, number>>;
  /** Default `fixed-window`. */
  readonly kind?: WindowKind;
  /** The part of each limit that this record's callers may use, while others use the rest; default: all of it. */
  readonly share?: number;
}

/** What a process remembers of a permit, to report on it later. */
export interface PermitStamp {
  readonly policy: string;
  /** How much it counts against the limit. */
  readonly cost: number;
  /** The record that issued it, see `WindowState.since`. */
  readonly record: number;
  /** The number of its last unit of cost, from 1. */
  readonly issued: number;
  /** When it was issued, on both scales of the record's clock. */
  readonly at: number;
  readonly from: number;
  /** Its group in `inFlight`. */
  readonly group: number;
  /** How much of our own use was charged when it was issued, itself included. */
  readonly charged: number;
  /** Whether nothing else was in flight when it was issued. */
  readonly alone: boolean;
}

/** A state under construction: its parts are replaced, never changed. */
export type Draft = { -readonly [K in keyof WindowState]: WindowState[K] };

/** After this many windows without an update, the limit and the count may have become anything. */
export const IDLE_WINDOWS = 10;
/** The most groups of answered calls in a record that processes share. */
const MOST_GROUPS = 24;
/** Permits issued within this part of a window form a group, so that one lost permit does not hold many others. */
const GROUPS_PER_WINDOW = 8;

/** The state at a time, without what is over by then. */
export function currentDraft(
  state: WindowState | undefined,
  { clock, restarted }: RecordTime,
  timing: Timing,
): Draft {
  if (!state) {
    return {
      version: 2,
      since: clock.minElapsed,
      clock,
      issued: 0,
      uncertainty: { reason: 'start', issued: 0 },
      hits: [],
      inFlight: [],
      limits: {},
      pausedUntil: 0,
      waiting: [],
    };
  }
  const draft: Draft = { ...state, clock };
  if (restarted) draft.uncertainty ??= { reason: 'restart', issued: draft.issued };
  else if (clock.minElapsed - state.clock.minElapsed > IDLE_WINDOWS * timing.windowMs) {
    draft.uncertainty ??= { reason: 'idle', issued: draft.issued };
  }
  dropExpired(draft, timing);
  return draft;
}

function dropExpired(draft: Draft, { windowMs, marginMs, roundingMs }: Timing): void {
  const { minElapsed, maxElapsed } = draft.clock;
  const { window } = draft;
  if (window) {
    const closes = window.from + windowMs - roundingMs;
    if (window.openBy === undefined) {
      // No answer can prove anything about this window any more.
      if (maxElapsed > closes) delete draft.window;
    } else if (minElapsed >= window.openBy + windowMs + marginMs) {
      // Whatever is still charged and is in an open window arrived after this one had closed.
      const notBefore = <T extends { readonly from: number }>(part: T): T => ({
        ...part,
        from: Math.max(part.from, closes),
      });
      draft.hits = draft.hits.map(notBefore);
      draft.inFlight = draft.inFlight.map(notBefore);
      delete draft.window;
    }
  }
  draft.hits = draft.hits.filter((hits) => hits.until > minElapsed);
  draft.inFlight = draft.inFlight.filter(({ arrivesBy }) => arrivesBy + windowMs + marginMs > minElapsed);
  if (draft.foreign && draft.foreign.until <= minElapsed) delete draft.foreign;
}

/** Our own calls that may be in an open window or may still get into one. */
export function chargedHits(state: Pick<WindowState, 'hits' | 'inFlight'>): number {
  return count(state.hits) + count(state.inFlight);
}

export function count(groups: readonly { readonly n: number }[]): number {
  return groups.reduce((sum, group) => sum + group.n, 0);
}

export function limitOf(state: Pick<WindowState, 'limits'>, policy: string, rules: WindowRules): number {
  // A process of another version may wait for a policy that this one does not know.
  return state.limits[policy] ?? rules.limits[policy] ?? Math.max(...Object.values(rules.limits));
}

/** The lowest limit among the calls in flight. If more calls than that were charged, the server might refuse one. */
export function lowestLimitInFlight({ clock, inFlight, limits }: Draft, rules: WindowRules): number {
  const underWay = inFlight.filter(({ arrivesBy }) => arrivesBy > clock.minElapsed);
  return Math.min(...underWay.map(({ policy }) => limitOf({ limits }, policy, rules)));
}

/** How many calls of a limit this record's own callers may have charged at once, besides those of others. */
export function shareOf(limit: number, { share = 1 }: WindowRules, foreign: number): number {
  return foreign > 0 ? Math.floor((limit - foreign) * share) : Math.max(1, Math.floor(limit * share));
}

/** Permits that are charged now and expire together. */
export interface Expiry {
  readonly n: number;
  readonly at: number;
}

/** When the permits that are charged now expire, the earliest first. */
export function expiries(draft: Draft, timing: Timing): Expiry[] {
  const now = draft.clock.minElapsed;
  const cycleMs = timing.windowMs + timing.marginMs;
  const hits = draft.hits.map(({ n, until }) => ({ n, at: until }));
  const inFlight = draft.inFlight.map(({ n, first, last, arrivesBy }) => {
    // A call without an answer after this long is probably lost; a recent one will be answered like the others.
    const isLost = first === undefined || now - last > timing.takeoverMs;
    const countedAt = isLost ? arrivesBy : (draft.window?.openBy ?? now);
    return { n, at: countedAt + cycleMs };
  });
  const foreign = draft.foreign ? [{ n: draft.foreign.n, at: draft.foreign.until }] : [];
  return [...hits, ...inFlight, ...foreign].sort((a, b) => a.at - b.at);
}

/** Charges a new permit. While the count is uncertain, the permit is the probe. */
export function issue(
  draft: Draft,
  { policy, cost }: { readonly policy: string; readonly cost: number },
  by: string,
  timing: Timing,
): PermitStamp {
  const { minElapsed, maxElapsed } = draft.clock;
  const alone = draft.inFlight.length === 0;
  draft.issued += cost;
  draft.window ??= { issued: draft.issued, from: earliestOpening(draft, timing) };
  const group = addInFlight(draft, policy, cost, timing);
  if (draft.uncertainty) draft.probe = { issued: draft.issued, at: minElapsed, by };
  const charged = chargedHits(draft);
  const { issued, since: record } = draft;
  return { policy, cost, record, issued, at: minElapsed, from: maxElapsed, group, charged, alone };
}

/** No window that is open now was opened before this (maxElapsed scale). */
function earliestOpening(draft: Draft, { windowMs }: Timing): number {
  const { maxElapsed } = draft.clock;
  if (draft.foreign) return maxElapsed - windowMs;
  return Math.min(
    maxElapsed,
    ...draft.hits.map(({ from }) => from),
    ...draft.inFlight.map(({ from }) => from),
  );
}

function addInFlight(
  draft: Draft,
  policy: string,
  cost: number,
  { windowMs, longestFlightMs }: Timing,
): number {
  const { minElapsed, maxElapsed } = draft.clock;
  const arrivesBy = minElapsed + longestFlightMs;
  const isOpen = (group: InFlight): boolean =>
    group.policy === policy &&
    group.first !== undefined &&
    minElapsed - group.first < windowMs / GROUPS_PER_WINDOW;
  const open = draft.inFlight.find(isOpen);
  if (open?.first !== undefined) {
    const extended = { ...open, n: open.n + cost, last: minElapsed, arrivesBy };
    draft.inFlight = draft.inFlight.map((group) => (group === open ? extended : group));
    return open.first;
  }
  const group = { n: cost, policy, from: maxElapsed, first: minElapsed, last: minElapsed, arrivesBy };
  draft.inFlight = [...draft.inFlight, group];
  return minElapsed;
}

function groupOf(draft: Draft, permit: PermitStamp): InFlight | undefined {
  if (permit.record !== draft.since) return undefined;
  return draft.inFlight.find(({ policy, first }) => policy === permit.policy && first === permit.group);
}

/** Takes a permit out of flight: it was answered, refused or never sent. */
export function settle(draft: Draft, permit: PermitStamp): void {
  const settled = groupOf(draft, permit);
  draft.inFlight = draft.inFlight.flatMap((group) =>
    group !== settled ? [group] : group.n > permit.cost ? [{ ...group, n: group.n - permit.cost }] : [],
  );
}

/** A request that was given up may still reach the server, but sooner than one that its caller still waits for. */
export function markLost(draft: Draft, permit: PermitStamp, { windowMs, strayMs }: Timing): void {
  // Rounded up, so that calls that are lost together form a group.
  const step = windowMs / GROUPS_PER_WINDOW;
  const arrivesBy = Math.ceil((draft.clock.minElapsed + strayMs) / step) * step;
  const group = groupOf(draft, permit);
  if (!group || group.arrivesBy <= arrivesBy) return;
  settle(draft, permit);
  const { policy, from, last } = group;
  const same = draft.inFlight.find(
    (other) => other.first === undefined && other.policy === policy && other.arrivesBy === arrivesBy,
  );
  const lost = {
    n: permit.cost + (same?.n ?? 0),
    policy,
    from: Math.min(from, same?.from ?? from),
    last: Math.max(last, same?.last ?? last),
    arrivesBy,
  };
  draft.inFlight = [...draft.inFlight.filter((other) => other !== same), lost];
}

/** Charges answered calls. Groups stay in the order in which they end. */
export function addHits(draft: Draft, added: Hits): void {
  const same = draft.hits.find(({ until }) => until === added.until);
  draft.hits = same
    ? draft.hits.map((group) => (group === same ? merged(group, added) : group))
    : [...draft.hits, added].sort((a, b) => a.until - b.until);
}

function merged(a: Hits, b: Hits): Hits {
  return { n: a.n + b.n, from: Math.min(a.from, b.from), until: Math.max(a.until, b.until) };
}

/** Merges groups of calls, so that the record stays small. This only ever charges them longer. */
export function compact(draft: Draft): void {
  while (draft.hits.length > MOST_GROUPS) draft.hits = mergeNearest(draft.hits);
}

function mergeNearest(groups: readonly Hits[]): Hits[] {
  let nearest = 1;
  const gap = (at: number): number => (groups[at]?.until ?? Infinity) - (groups[at - 1]?.until ?? 0);
  for (let at = 2; at < groups.length; at += 1) if (gap(at) < gap(nearest)) nearest = at;
  return groups.flatMap((group, at) => {
    const next = groups[at + 1];
    if (at === nearest) return [];
    return at === nearest - 1 && next ? [merged(group, next)] : [group];
  });
}

/** Stops charging that many answered calls, those that end first. */
export function forgetHits(draft: Draft, n: number): void {
  let left = Math.max(0, n);
  draft.hits = draft.hits.flatMap((group) => {
    const gone = Math.min(left, group.n);
    left -= gone;
    return gone === group.n ? [] : [{ ...group, n: group.n - gone }];
  });
}
