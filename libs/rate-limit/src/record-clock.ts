import type { StoreTime } from '@wemasy-orders/state';
import type { RecordClock } from './window-state.js';

/** A wall clock that runs this much further than the monotonic one was set, or the machine slept. */
export const JUMP_MS = 500;

export interface WitnessedTime extends StoreTime {
  /** How much of what has passed on the store's clock whoever looks has not seen pass. */
  readonly unseenMs?: number;
}

export function startClock(time: StoreTime): RecordClock {
  const wallMs = Math.floor(time.wallMs);
  return { certain: wallMs, possible: wallMs, ...reading(time) };
}

/**
 * Moves a record's clock to `time`. It never goes back, and it is never stuck: whatever was done to the wall
 * clock since the last reading, later readings count from it.
 */
export function advanceClock(
  clock: RecordClock,
  time: WitnessedTime,
): { clock: RecordClock; restarted: boolean } {
  const read = reading(time);
  const wallPassed = Math.max(0, read.wallMs - clock.wallMs);
  const monotonicPassed =
    read.monotonicMs === undefined || clock.monotonicMs === undefined || read.bootId !== clock.bootId
      ? undefined
      : read.monotonicMs - clock.monotonicMs;

  if (monotonicPassed === undefined || monotonicPassed < 0) {
    // Another boot, or a store without a monotonic clock: the wall clock is all there is.
    const restarted = read.monotonicMs !== undefined || clock.monotonicMs !== undefined;
    const seen = Math.max(0, wallPassed - Math.ceil(time.unseenMs ?? 0));
    return {
      clock: { ...read, certain: clock.certain + seen, possible: clock.possible + wallPassed },
      restarted,
    };
  }
  // Without the name of the boot a restart cannot be told from a set clock; the smaller one is safe for both.
  const certain = read.bootId === undefined ? Math.min(monotonicPassed, wallPassed) : monotonicPassed;
  const possible = wallPassed - certain > JUMP_MS ? wallPassed : certain;
  return {
    clock: { ...read, certain: clock.certain + certain, possible: clock.possible + possible },
    restarted: false,
  };
}

/** Whole milliseconds, for people who read the record. */
function reading(time: StoreTime): Pick<RecordClock, 'wallMs' | 'monotonicMs' | 'bootId'> {
  const wallMs = Math.floor(time.wallMs);
  if (time.monotonicMs === undefined) return { wallMs };
  const monotonicMs = Math.floor(time.monotonicMs);
  return time.bootId === undefined ? { wallMs, monotonicMs } : { wallMs, monotonicMs, bootId: time.bootId };
}
