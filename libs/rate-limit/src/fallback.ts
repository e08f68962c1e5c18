/**
 * The record that a process uses while the store is unreachable.
 *
 * Everything in the last shared record that this process saw is charged here as foreign use, because other processes
 * may have made those calls. The record then holds only this process's own calls, which are merged into the shared
 * record once the store is back, so that nothing is counted twice.
 */
import type { StoreTime } from '@wemasy-orders/state';
import { addHits, count, timingOf, type Draft, type WindowRules } from './counter.js';
import { startClock, type Hits, type InFlight, type RecordClock, type WindowState } from './window-state.js';

/** The shared record as this process last saw it. */
export interface LastSeen {
  readonly state: WindowState;
  /** When the record had been read, on this process's monotonic clock. */
  readonly monotonicMs: number;
}

/** What a process did without the shared record, and the fallback record's clock at that time. */
export interface FallbackUsage {
  readonly clock: Pick<RecordClock, 'minElapsed' | 'maxElapsed'>;
  readonly hits: readonly Hits[];
  readonly inFlight: readonly InFlight[];
}

/** @param time of this process itself; its monotonic clock is the one of `lastSeen` */
export function fallbackState(
  { state, monotonicMs }: LastSeen,
  time: StoreTime & { readonly monotonicMs: number },
  { windowMs }: WindowRules,
): WindowState {
  const { marginMs } = timingOf(windowMs);
  const clock = startClock(time);
  // The shared record's minElapsed now: at least this much time has passed since.
  const sharedNow = state.clock.minElapsed + Math.max(0, time.monotonicMs - monotonicMs);
  const charges = [
    ...state.hits,
    ...state.inFlight.map(({ n, arrivesBy }) => ({ n, until: arrivesBy + windowMs + marginMs })),
    ...(state.foreign ? [state.foreign] : []),
  ].filter(({ until }) => until > sharedNow);
  const n = count(charges);
  const until = clock.minElapsed + Math.max(0, ...charges.map((charge) => charge.until - sharedNow));
  return {
    version: 2,
    // Differs from the shared record, so that a permit of one is never settled in the other.
    since: Math.max(clock.minElapsed, state.since + 1),
    clock,
    issued: 0,
    uncertainty: { reason: 'outage', issued: 0 },
    hits: [],
    inFlight: [],
    ...(n > 0 && { foreign: { n, from: clock.maxElapsed - windowMs, until } }),
    limits: state.limits,
    pausedUntil: Math.max(0, clock.minElapsed + state.pausedUntil - sharedNow),
    waiting: [],
  };
}

/**
 * Charges the shared record with what one process did without it. Other processes may have made calls as well, so a probe
 * has to learn how many.
 */
export function mergeUsage(draft: Draft, usage: FallbackUsage): void {
  const { hits, inFlight } = rebaseUsage(usage, draft.clock);
  for (const each of hits) addHits(draft, each);
  draft.inFlight = [...inFlight, ...draft.inFlight];
  draft.uncertainty = { reason: 'outage', issued: draft.issued };
  delete draft.window;
}

/** Converts the times of a fallback record to the clock of the shared record. */
export function rebaseUsage(
  usage: FallbackUsage,
  clock: RecordClock,
): Pick<FallbackUsage, 'hits' | 'inFlight'> {
  const min = clock.minElapsed - usage.clock.minElapsed;
  const max = clock.maxElapsed - usage.clock.maxElapsed;
  return {
    hits: usage.hits.map(({ n, from, until }) => ({ n, from: from + max, until: until + min })),
    // Without `first`: only permits of the fallback record know that group.
    inFlight: usage.inFlight.map(({ n, policy, from, last, arrivesBy }) => ({
      n,
      policy,
      from: from + max,
      last: last + min,
      arrivesBy: arrivesBy + min,
    })),
  };
}
