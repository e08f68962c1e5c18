import type { StoreTime } from '@wemasy-orders/state';
import { JUMP_MS, type WitnessedTime } from './record-clock.js';

/** What a process saw when it looked at the store's clock. */
export interface StoreSighting {
  readonly wallMs: number;
  /** The process's own monotonic clock, before it looked. */
  readonly ownMs: number;
}

/**
 * A store without a monotonic clock (Redis) cannot tell that its clock was set. A process that has looked at it before
 * can: its own clock has not run as far. If it is the process that slept, the time has passed nevertheless, and the
 * mistake only charges longer. Who looks for the first time has to believe what it sees.
 *
 * @param ownMs the process's own monotonic clock, after it looked
 */
export function witness(last: StoreSighting | undefined, time: StoreTime, ownMs: number): WitnessedTime {
  if (!last || time.monotonicMs !== undefined) return time;
  const unseenMs = time.wallMs - last.wallMs - (ownMs - last.ownMs);
  return unseenMs > JUMP_MS ? { ...time, unseenMs } : time;
}
