import type { Clock } from './clock.js';

/** A clock that a test turns by hand. */
export interface VirtualClock extends Clock {
  /** Lets `ms` pass: timers fire in order, and promises settle between them. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock forwards (as a machine that slept finds it) or back; nothing else notices. */
  stepWall(ms: number): void;
  /** How many timers wait, and how many of these would keep a process alive. */
  timers(): { waiting: number; keepingAlive: number };
}

interface Timer {
  readonly at: number;
  readonly fn: () => void;
  readonly keepAlive: boolean;
}

/** @param startMs What the wall clock says at first, in milliseconds since the epoch. */
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

/** Every promise that waits for nothing but other promises is settled after one turn of the event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
