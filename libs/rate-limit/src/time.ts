/** Time as records measure it: durations that follow from the length of a window, and a clock that survives jumps. */
import type { StoreTime } from '@wemasy-orders/state';
import type { RecordClock } from './window-state.js';

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

/** If the wall clock runs this much further than the monotonic clock, it was set or the machine slept. */
const JUMP_MS = 500;

/** One reading of the store's clock beside this process's own. */
export interface ClockSample {
  readonly storeWallMs: number;
  /** This process's monotonic clock, read just before the store's. */
  readonly ownMs: number;
}

export interface CheckedTime extends StoreTime {
  /** How much of the time on the store's clock this process did not see pass. */
  readonly jumpMs?: number;
}

/**
 * A store without a monotonic clock (Redis) cannot notice that its clock was set. A process that has read it before
 * can, because its own clock has advanced less. If this process slept instead, the time did pass and the mistake only
 * charges permits longer. A process without an earlier sample has to trust the store.
 *
 * @param ownMs this process's monotonic clock, read after the store's
 */
export function detectClockJump(last: ClockSample | undefined, time: StoreTime, ownMs: number): CheckedTime {
  if (!last || time.monotonicMs !== undefined) return time;
  const jumpMs = time.wallMs - last.storeWallMs - (ownMs - last.ownMs);
  return jumpMs > JUMP_MS ? { ...time, jumpMs } : time;
}

export function startClock(time: StoreTime): RecordClock {
  const wallMs = Math.floor(time.wallMs);
  return { minElapsed: wallMs, maxElapsed: wallMs, ...reading(time) };
}

/**
 * Moves a record's clock to `time`. The clock never goes back and never stops for long: after any change of the wall
 * clock, the next readings count from the new value.
 */
export function advanceClock(
  clock: RecordClock,
  time: CheckedTime,
): { clock: RecordClock; restarted: boolean } {
  const read = reading(time);
  const wallPassed = Math.max(0, read.wallMs - clock.wallMs);
  const monotonicPassed =
    read.monotonicMs === undefined || clock.monotonicMs === undefined || read.bootId !== clock.bootId
      ? undefined
      : read.monotonicMs - clock.monotonicMs;

  if (monotonicPassed === undefined || monotonicPassed < 0) {
    // After a reboot, or in a store without a monotonic clock, only the wall clock is left.
    const restarted = read.monotonicMs !== undefined || clock.monotonicMs !== undefined;
    const seen = Math.max(0, wallPassed - Math.ceil(time.jumpMs ?? 0));
    return {
      clock: { ...read, minElapsed: clock.minElapsed + seen, maxElapsed: clock.maxElapsed + wallPassed },
      restarted,
    };
  }
  // Without a boot id, a reboot and a set clock look alike; the smaller value is safe for both.
  const min = read.bootId === undefined ? Math.min(monotonicPassed, wallPassed) : monotonicPassed;
  const max = wallPassed - min > JUMP_MS ? wallPassed : min;
  return {
    clock: { ...read, minElapsed: clock.minElapsed + min, maxElapsed: clock.maxElapsed + max },
    restarted: false,
  };
}

/** Whole milliseconds, so that people can read the record. */
function reading(time: StoreTime): Pick<RecordClock, 'wallMs' | 'monotonicMs' | 'bootId'> {
  const wallMs = Math.floor(time.wallMs);
  if (time.monotonicMs === undefined) return { wallMs };
  const monotonicMs = Math.floor(time.monotonicMs);
  return time.bootId === undefined ? { wallMs, monotonicMs } : { wallMs, monotonicMs, bootId: time.bootId };
}
