/**
 * The record of a counter that a process goes on with while the shared one is out of reach.
 *
 * What the process last saw of the shared record is kept as calls of others, which they may be: so they are in nobody's
 * way twice when the shared record is back, and what this process has done meanwhile can be told to it.
 */
import type { StoreTime } from '@wemasy-orders/state';
import { startClock } from './record-clock.js';
import { timingOf } from './timing.js';
import type { WindowRules } from './window.js';
import type { Flight, Hits, RecordClock, WindowState } from './window-state.js';

/** What a process has seen of a shared record. */
export interface Sighting {
  readonly state: WindowState;
  /** By when the record had been read, on the process's monotonic clock. */
  readonly by: number;
}

/** What was done without the shared record, and the clock that tells when. */
export interface Meanwhile {
  readonly clock: RecordClock;
  readonly hits: readonly Hits[];
  readonly inFlight: readonly Flight[];
}

/**
 * @param time of the process itself
 * @param monotonicMs now, on the clock of the sighting
 */
export function standInFor(
  { state, by }: Sighting,
  time: StoreTime,
  monotonicMs: number,
  { windowMs }: WindowRules,
): WindowState {
  const { marginMs } = timingOf(windowMs);
  const clock = startClock(time);
  // No more than has certainly passed since.
  const thenNow = state.clock.certain + Math.max(0, monotonicMs - by);
  const charges = [
    ...state.hits,
    ...state.inFlight.map(({ n, arrivesBy }) => ({ n, until: arrivesBy + windowMs + marginMs })),
    ...(state.foreign ? [state.foreign] : []),
  ].filter(({ until }) => until > thenNow);
  const n = charges.reduce((sum, charge) => sum + charge.n, 0);
  const until = clock.certain + Math.max(0, ...charges.map((charge) => charge.until - thenNow));
  return {
    version: 1,
    // Permits of the one record are not taken for those of the other.
    since: Math.max(clock.certain, state.since + 1),
    clock,
    issued: 0,
    doubt: { reason: 'outage', issued: 0 },
    hits: [],
    inFlight: [],
    ...(n > 0 && { foreign: { n, from: clock.possible - windowMs, until } }),
    limits: state.limits,
    pausedUntil: Math.max(0, clock.certain + state.pausedUntil - thenNow),
    waiting: [],
  };
}

/** The calls of the stand-in on the clock of the shared record. */
export function broughtHome(meanwhile: Meanwhile, clock: RecordClock): Pick<Meanwhile, 'hits' | 'inFlight'> {
  const certain = clock.certain - meanwhile.clock.certain;
  const possible = clock.possible - meanwhile.clock.possible;
  return {
    hits: meanwhile.hits.map(({ n, from, until }) => ({ n, from: from + possible, until: until + certain })),
    // Without the name of their group, which only the stand-in's permits know.
    inFlight: meanwhile.inFlight.map(({ n, policy, from, last, arrivesBy }) => ({
      n,
      policy,
      from: from + possible,
      last: last + certain,
      arrivesBy: arrivesBy + certain,
    })),
  };
}
