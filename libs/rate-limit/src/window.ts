/**
 * A mirror of the server's counter, as a pure function: state and event in, state and decision out.
 *
 * The server (Laravel's `throttle` middleware) counts in a fixed window: the first call opens it, calls that
 * arrive during it count, and everything is forgotten when it is over; refused calls do not count. A client
 * sees none of this but when it sent a call and when the answer came. What follows from that:
 *
 * - **A hit is charged until the window that counted it is certainly over.** A call whose answer came at `y` was
 *   counted in a window that was open by `y`, so it is over by `y + W`. This alone is safe, whatever the
 *   latencies: no window ever holds more hits than are charged.
 * - **Hits of one window end together**, at `openBy + W`, where `openBy` is the first answer that proves the
 *   window open. A hit is known to be in that window if its answer came before the window can have closed,
 *   `from + W`. The others, which may have landed in the next window, stay charged for a window of their own:
 *   so a permit that straddles the boundary counts in both.
 * - **`from` is the earliest moment at which any hit still charged can have reached the server**: a window that
 *   is open now was opened by one of them.
 * - **Where limits share a counter, no more is charged than the lowest limit of the calls under way**: a call finds less
 *   than its own limit counted, whoever overtakes it.
 * - **`Remaining` is believed upwards at any time, downwards only from a call that was alone**: other calls in
 *   flight may be counted or not. `Remaining = Limit - 1` names the call that opened the window.
 *
 * Where this knowledge is missing (first start, after a refusal, when others use the account), one call goes
 * alone and its answer tells the count.
 */
import { advanceClock, startClock, type WitnessedTime } from './record-clock.js';
import type { RateLimitFacts } from './headers.js';
import { broughtHome, type Meanwhile } from './stand-in.js';
import { timingOf, type Timing } from './timing.js';
import { grantPermits, type Asking, type Turn } from './turns.js';
import type { Flight, Hits, WindowState } from './window-state.js';

/** The limits that share one counter; they have the same window. */
export interface WindowRules {
  readonly windowMs: number;
  readonly limits: Readonly<Record<string, number>>;
  /** Which part of each limit this record's callers may use, others having the rest; default: all of it. */
  readonly share?: number;
}

/** What a process must remember of a permit to report on it. */
export interface PermitStamp {
  readonly policy: string;
  /** Which record issued it, see `WindowState.since`. */
  readonly record: number;
  /** Its number, from 1. */
  readonly issued: number;
  /** When it was issued, on both scales of the record's clock. */
  readonly at: number;
  readonly from: number;
  /** Which group of `inFlight` it belongs to. */
  readonly flight: number;
  /** How many of our own hits were charged when it was issued, itself included. */
  readonly charged: number;
  /** Whether nothing else was in flight then. */
  readonly alone: boolean;
}

export type WindowEvent =
  /** A process asks for permits for everybody who waits in it, the longest waiting first of each priority. */
  | ({ readonly kind: 'ask' } & Asking)
  | { readonly kind: 'answer'; readonly permit: PermitStamp; readonly status: number; facts: RateLimitFacts }
  /** No answer came; the server may have counted the call or may yet do so. */
  | { readonly kind: 'lost'; readonly permit: PermitStamp }
  /** The permit was given back unsent. */
  | { readonly kind: 'release'; readonly permit: PermitStamp }
  /** The record was out of reach; this is what one of its processes did without it. */
  | { readonly kind: 'returned'; readonly meanwhile: Meanwhile };

export interface Decision {
  /** What an `ask` was given. */
  readonly turn?: Turn;
  /** What a person may want to know. */
  readonly findings: readonly Finding[];
}

export type Finding =
  | { readonly kind: 'rejected'; readonly policy: string; readonly pausedMs: number }
  | { readonly kind: 'foreign-use'; readonly policy: string; readonly calls: number }
  | { readonly kind: 'limit-changed'; readonly policy: string; readonly from: number; readonly to: number };

/** A state under construction: its parts are replaced, never changed. */
export type Draft = { -readonly [K in keyof WindowState]: WindowState[K] };

/** After this many windows without a sign of life the limit and the count may have become anything. */
const IDLE_WINDOWS = 10;
/** More groups than this are merged, which only ever charges longer. */
const MOST_GROUPS = 24;

/** After this long without an update a record says no more than none. */
export function recordLifeMs({ windowMs }: WindowRules): number {
  const { longestFlightMs, marginMs } = timingOf(windowMs);
  return Math.max(IDLE_WINDOWS * windowMs, longestFlightMs + windowMs + marginMs);
}

/** @param state `undefined` if there is no record yet. */
export function reduceWindow(
  state: WindowState | undefined,
  event: WindowEvent,
  time: WitnessedTime,
  rules: WindowRules,
): { state: WindowState; decision: Decision } {
  const timing = timingOf(rules.windowMs);
  const draft = currentDraft(state, time, timing);
  const findings: Finding[] = [];
  let turn: Turn | undefined;
  switch (event.kind) {
    case 'ask':
      turn = grantPermits(draft, event, timing, rules, (policy, by) => issue(draft, policy, by, timing));
      break;
    case 'answer':
      if (event.status === 429) findings.push(...refused(draft, event.permit, event.facts, timing));
      else findings.push(...answered(draft, event.permit, event.status, event.facts, timing, rules));
      break;
    case 'lost':
      endProbe(draft, event.permit);
      giveUp(draft, event.permit, timing);
      break;
    case 'release':
      endProbe(draft, event.permit);
      land(draft, event.permit);
      break;
    case 'returned':
      returned(draft, event.meanwhile);
      break;
  }
  return { state: draft, decision: { ...(turn && { turn }), findings } };
}

/** Others may have made calls as well, so one call goes alone and learns how many. */
function returned(draft: Draft, meanwhile: Meanwhile): void {
  const { hits, inFlight } = broughtHome(meanwhile, draft.clock);
  for (const each of hits) addHits(draft, each);
  draft.inFlight = [...inFlight, ...draft.inFlight];
  draft.doubt = { reason: 'outage', issued: draft.issued };
  delete draft.window;
}

/** The state as it is at `time`: what is over is gone. */
export function currentDraft(state: WindowState | undefined, time: WitnessedTime, timing: Timing): Draft {
  if (!state) {
    const clock = startClock(time);
    return {
      version: 1,
      since: clock.certain,
      clock,
      issued: 0,
      doubt: { reason: 'start', issued: 0 },
      hits: [],
      inFlight: [],
      limits: {},
      pausedUntil: 0,
      waiting: [],
    };
  }
  const { clock, restarted } = advanceClock(state.clock, time);
  const draft: Draft = { ...state, clock };
  if (restarted) draft.doubt ??= { reason: 'restart', issued: draft.issued };
  else if (clock.certain - state.clock.certain > IDLE_WINDOWS * timing.windowMs) {
    draft.doubt ??= { reason: 'idle', issued: draft.issued };
  }
  dropWhatIsOver(draft, timing);
  return draft;
}

function dropWhatIsOver(draft: Draft, { windowMs, marginMs, roundingMs }: Timing): void {
  const { certain, possible } = draft.clock;
  const { window } = draft;
  if (window) {
    const closes = window.from + windowMs - roundingMs;
    if (window.openBy === undefined) {
      // No answer can prove anything about it any more.
      if (possible > closes) delete draft.window;
    } else if (certain >= window.openBy + windowMs + marginMs) {
      // Whatever is charged still and is in an open window came after this one had closed.
      const notBefore = <T extends { readonly from: number }>(part: T): T =>
        part.from < closes ? { ...part, from: closes } : part;
      draft.hits = draft.hits.map(notBefore);
      draft.inFlight = draft.inFlight.map(notBefore);
      delete draft.window;
    }
  }
  draft.hits = draft.hits.filter((hits) => hits.until > certain);
  draft.inFlight = draft.inFlight.filter(({ arrivesBy }) => arrivesBy + windowMs + marginMs > certain);
  if (draft.foreign && draft.foreign.until <= certain) delete draft.foreign;
}

/** Our own hits that may be in a window that is open or may get into one. */
export function chargedHits(state: Pick<WindowState, 'hits' | 'inFlight'>): number {
  return count(state.hits) + count(state.inFlight);
}

export function limitOf(state: Pick<WindowState, 'limits'>, policy: string, rules: WindowRules): number {
  // A process of another version may wait for a policy that this one does not know.
  return state.limits[policy] ?? rules.limits[policy] ?? Math.max(...Object.values(rules.limits));
}

/**
 * The lowest limit among the calls that may yet reach the server: if more than that were charged, it might refuse them.
 */
export function lowestLimitInFlight({ clock, inFlight, limits }: Draft, rules: WindowRules): number {
  const underWay = inFlight.filter(({ arrivesBy }) => arrivesBy > clock.certain);
  return Math.min(...underWay.map(({ policy }) => limitOf({ limits }, policy, rules)));
}

/** How many calls of a limit this record's own callers may have charged at once, beside those of others. */
export function shareOf(limit: number, { share = 1 }: WindowRules, foreign: number): number {
  return foreign > 0 ? Math.floor((limit - foreign) * share) : Math.max(1, Math.floor(limit * share));
}

export function count(groups: readonly { readonly n: number }[]): number {
  return groups.reduce((sum, group) => sum + group.n, 0);
}

function issue(draft: Draft, policy: string, by: string, timing: Timing): PermitStamp {
  const { certain, possible } = draft.clock;
  const alone = draft.inFlight.length === 0;
  draft.issued += 1;
  draft.window ??= { issued: draft.issued, from: earliestOpening(draft, timing) };
  const flight = board(draft, policy, timing);
  if (draft.doubt) draft.probe = { issued: draft.issued, at: certain, by };
  const charged = chargedHits(draft);
  const { issued, since: record } = draft;
  return { policy, record, issued, at: certain, from: possible, flight, charged, alone };
}

/** No window that is open now was opened before this (scale: possible). */
function earliestOpening(draft: Draft, { windowMs }: Timing): number {
  const { possible } = draft.clock;
  if (draft.foreign) return possible - windowMs;
  return Math.min(possible, ...draft.hits.map(({ from }) => from), ...draft.inFlight.map(({ from }) => from));
}

/** Groups cover an eighth of a window each, so that one lost permit does not keep many others charged. */
function board(draft: Draft, policy: string, { windowMs, longestFlightMs }: Timing): number {
  const { certain, possible } = draft.clock;
  const arrivesBy = certain + longestFlightMs;
  const isBoarding = (flight: Flight): boolean =>
    flight.policy === policy && flight.first !== undefined && certain - flight.first < windowMs / 8;
  const newest = draft.inFlight.find(isBoarding);
  if (newest?.first !== undefined) {
    const boarded = { ...newest, n: newest.n + 1, last: certain, arrivesBy };
    draft.inFlight = draft.inFlight.map((flight) => (flight === newest ? boarded : flight));
    return newest.first;
  }
  const flight = { n: 1, policy, from: possible, first: certain, last: certain, arrivesBy };
  draft.inFlight = [...draft.inFlight, flight];
  return certain;
}

function flightOf(draft: Draft, permit: PermitStamp): Flight | undefined {
  if (permit.record !== draft.since) return undefined;
  return draft.inFlight.find(({ policy, first }) => policy === permit.policy && first === permit.flight);
}

function land(draft: Draft, permit: PermitStamp): void {
  const landing = flightOf(draft, permit);
  draft.inFlight = draft.inFlight.flatMap((flight) =>
    flight !== landing ? [flight] : flight.n > 1 ? [{ ...flight, n: flight.n - 1 }] : [],
  );
}

/** What was on the wire when the caller gave up may still arrive, but not as late as a call that somebody waits for. */
function giveUp(draft: Draft, permit: PermitStamp, { windowMs, strayMs }: Timing): void {
  // Rounded up, so that calls that are given up together stay together.
  const step = windowMs / 8;
  const arrivesBy = Math.ceil((draft.clock.certain + strayMs) / step) * step;
  const flight = flightOf(draft, permit);
  if (!flight || flight.arrivesBy <= arrivesBy) return;
  land(draft, permit);
  const { policy, from, last } = flight;
  const same = draft.inFlight.find(
    (other) => other.first === undefined && other.policy === policy && other.arrivesBy === arrivesBy,
  );
  const stray = {
    n: 1 + (same?.n ?? 0),
    policy,
    from: Math.min(from, same?.from ?? from),
    last: Math.max(last, same?.last ?? last),
    arrivesBy,
  };
  draft.inFlight = [...draft.inFlight.filter((other) => other !== same), stray];
}

function endProbe(draft: Draft, permit: PermitStamp): void {
  if (permit.record === draft.since && draft.probe?.issued === permit.issued) delete draft.probe;
}

function answered(
  draft: Draft,
  permit: PermitStamp,
  status: number,
  facts: RateLimitFacts,
  timing: Timing,
  rules: WindowRules,
): Finding[] {
  const findings = learnLimit(draft, permit.policy, facts.limit, rules);
  const used =
    facts.remaining === undefined
      ? undefined
      : Math.max(0, limitOf(draft, permit.policy, rules) - facts.remaining);
  if (permit.record !== draft.since) {
    // The record that issued it was lost: the hit counts, but nothing can be concluded from it.
    const until = draft.clock.certain + timing.windowMs + timing.marginMs;
    addHits(draft, { n: 1, from: draft.clock.possible - timing.windowMs, until });
    return findings;
  }
  endProbe(draft, permit);
  land(draft, permit);
  const counted = (used !== undefined && used > 0) || (status >= 200 && status < 300);

  chargeAnswered(draft, permit, counted, used, timing);
  const ours = permit.charged + (draft.issued - permit.issued);
  const known = draft.foreign?.n ?? 0;
  if (used !== undefined) believe(draft, permit, used, ours, timing);
  if (used !== undefined && used - ours > known) {
    findings.push({ kind: 'foreign-use', policy: permit.policy, calls: used - ours });
    draft.doubt = { reason: 'foreign-use', issued: draft.issued };
    delete draft.window;
  } else if (counted && draft.doubt && permit.issued > draft.doubt.issued) {
    delete draft.doubt;
  }
  return findings;
}

/** Charges an answered permit to its window, and learns about the window from it. */
function chargeAnswered(
  draft: Draft,
  permit: PermitStamp,
  counted: boolean,
  used: number | undefined,
  { windowMs, marginMs, roundingMs }: Timing,
): void {
  const { certain, possible } = draft.clock;
  const closes = ({ from }: { from: number }): number => from + windowMs - roundingMs;
  const isCurrent = draft.window !== undefined && permit.issued >= draft.window.issued;
  // A window that had a hit before this permit was issued is over, even if our clocks stood still meanwhile.
  const isOver = used === 1 && (draft.window?.openBy ?? Infinity) < permit.at;

  if (draft.window && isCurrent && !isOver && possible <= closes(draft.window)) {
    const opener = used === 1 ? { from: Math.max(draft.window.from, permit.from) } : {};
    const openBy = draft.window.openBy ?? (counted ? certain : undefined);
    draft.window = { ...draft.window, ...opener, ...(openBy !== undefined && { openBy }) };
  } else if (used === 1 && (!draft.window || isCurrent)) {
    // The only hit in its window: the server has begun a new one since this permit was issued.
    draft.window = { issued: permit.issued, from: permit.from, openBy: certain };
  }

  const { window } = draft;
  const openBy = window && possible <= closes(window) ? (window.openBy ?? certain) : certain;
  addHits(draft, { n: 1, from: permit.from, until: Math.min(openBy, certain) + windowMs + marginMs });
}

/** Compares the server's count with ours. */
function believe(draft: Draft, permit: PermitStamp, used: number, ours: number, timing: Timing): void {
  const { certain, possible } = draft.clock;
  const alone = permit.alone && permit.issued === draft.issued;
  if (used > ours) {
    const known = draft.foreign?.n ?? 0;
    if (alone || used - ours >= known) {
      draft.foreign = {
        n: used - ours,
        from: possible - timing.windowMs,
        until: certain + timing.windowMs + timing.marginMs,
      };
    }
  } else if (alone && used > 0) {
    delete draft.foreign;
    // The server has forgotten the rest. Those that end last stay: if one of them is left, it ends with them.
    forgetHits(draft, count(draft.hits) - used);
  }
}

function learnLimit(draft: Draft, policy: string, limit: number | undefined, rules: WindowRules): Finding[] {
  const before = limitOf(draft, policy, rules);
  if (limit === undefined) return [];
  if (limit !== draft.limits[policy]) draft.limits = { ...draft.limits, [policy]: limit };
  return limit === before ? [] : [{ kind: 'limit-changed', policy, from: before, to: limit }];
}

/**
 * 429: the call was not counted, and the window is full until Retry-After, which is up to a second short. The
 * wait is never longer than a window, whatever the header says: after it one call asks again.
 */
function refused(draft: Draft, permit: PermitStamp, facts: RateLimitFacts, timing: Timing): Finding[] {
  const { windowMs, marginMs } = timing;
  endProbe(draft, permit);
  land(draft, permit);
  const toldMs = facts.retryAfterMs ?? facts.resetMs ?? windowMs;
  const pausedMs = Math.min(toldMs, windowMs) + 1000 + marginMs;
  draft.pausedUntil = Math.max(draft.pausedUntil, draft.clock.certain + pausedMs);
  draft.doubt = { reason: 'rejected', issued: draft.issued };
  delete draft.window;

  // What had been answered before this call was sent is in the full window or an older one.
  const { pausedUntil } = draft;
  const endWithPause = (hits: Hits): Hits =>
    hits.until - windowMs - marginMs <= permit.at && hits.until > pausedUntil
      ? { ...hits, until: pausedUntil }
      : hits;
  const hits = draft.hits.map(endWithPause);
  draft.hits = [];
  for (const group of hits) addHits(draft, group);
  if (draft.foreign) draft.foreign = endWithPause(draft.foreign);
  return [{ kind: 'rejected', policy: permit.policy, pausedMs }];
}

/** Keeps the groups in the order in which they end. */
function addHits(draft: Draft, added: Hits): void {
  const same = draft.hits.find(({ until }) => until === added.until);
  const groups = same
    ? draft.hits.map((group) => (group === same ? merged(group, added) : group))
    : [...draft.hits, added].sort((a, b) => a.until - b.until);
  draft.hits = groups.length > MOST_GROUPS ? mergeNearest(groups) : groups;
}

function merged(a: Hits, b: Hits): Hits {
  return { n: a.n + b.n, from: Math.min(a.from, b.from), until: Math.max(a.until, b.until) };
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

function forgetHits(draft: Draft, n: number): void {
  let left = Math.max(0, n);
  draft.hits = draft.hits.flatMap((group) => {
    const gone = Math.min(left, group.n);
    left -= gone;
    return gone === group.n ? [] : [{ ...group, n: group.n - gone }];
  });
}
