import type { Clock } from '../machine.js';

/** A clock that a test sets. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`: timers fire in order, and promises settle between them. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock forwards (as after a machine slept) or back, and nothing else. */
  stepWall(ms: number): void;
  /** The number of waiting timers, and of those that would keep a process alive. */
  timers(): { waiting: number; keepingAlive: number };
}

interface Timer {
  readonly at: number;
  readonly fn: () => void;
  readonly keepAlive: boolean;
}

/** @param startMs First reading of the wall clock, in milliseconds since the epoch. */
export function createVirtualClock(startMs = Date.UTC(2026, 0, 1)): VirtualClock {
  let elapsed = 0;
  let wallOffset = startMs;
  const timers = new Set<Timer>();

  const nextTimer = (until: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (!next || timer.at < next.at)) next = timer;
    return next;
  };

  return {
    now: () => Math.floor(wallOffset + elapsed),
    monotonic: () => elapsed,
    setTimer(fn, ms, options) {
      const timer = { at: elapsed + Math.max(0, ms), fn, keepAlive: options?.keepAlive === true };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (let timer = nextTimer(until); timer; timer = nextTimer(until)) {
        timers.delete(timer);
        elapsed = Math.max(elapsed, timer.at);
        timer.fn();
        await settle();
      }
      elapsed = until;
    },
    stepWall(ms) {
      wallOffset += ms;
    },
    timers: () => ({
      waiting: timers.size,
      keepingAlive: [...timers].filter((timer) => timer.keepAlive).length,
    }),
  };
}

/** After one turn of the event loop, every promise that waits only for other promises is settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
