/** The lengths of time that follow from the length of a window. */
export interface Timing {
  readonly windowMs: number;
  /**
   * Added before a window is taken to be over: clocks that run differently (0.08 %, four times what a quartz may
   * be off), rounding, and a server that lets go just after its millisecond.
   */
  readonly marginMs: number;
  /** A server that counts in whole seconds ends a window up to this much early, and names it that much short. */
  readonly roundingMs: number;
  /** A permit must be sent within this; a process that slept in between must take a new one. */
  readonly permitLifeMs: number;
  /** A call that has not reached the server this long after its permit was issued never will. */
  readonly longestFlightMs: number;
  /** Nor will one that was given up this long ago. */
  readonly strayMs: number;
  /** After this long without an answer the next in line goes ahead in place of the probe. */
  readonly takeoverMs: number;
  /** How late a waiting process may be before its place goes to others. */
  readonly graceMs: number;
  /** The longest that anybody waits without looking: somebody may have given a permit back. */
  readonly recheckMs: number;
}

/**
 * A permit is sent within five seconds, the client gives a request up after thirty, and five more bring what TCP sends
 * again in doubling steps from 200 ms on: four times. A dead process keeps its permits charged for as long, even if
 * windows are shorter; where somebody is there to report them lost, they are charged for those last five seconds only.
 */
const LONGEST_FLIGHT_MS = 40_000;
const STRAY_MS = 5_000;

export function timingOf(windowMs: number): Timing {
  return {
    windowMs,
    marginMs: 2 + Math.ceil(windowMs / 1250),
    roundingMs: Math.min(1000, windowMs / 2),
    permitLifeMs: Math.min(5000, windowMs / 2),
    longestFlightMs: Math.max(windowMs, LONGEST_FLIGHT_MS),
    strayMs: Math.max(windowMs, STRAY_MS),
    takeoverMs: Math.min(5000, windowMs / 4),
    graceMs: Math.min(1000, windowMs / 20),
    recheckMs: windowMs / 10,
  };
}
