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
