/** What the processes of a machine share: its clocks, its boot, and which of them run. */

import { onAbort } from './listeners.js';

/** Time as a parameter, so that tests can set it. */
export interface Clock {
  /** Milliseconds since the Unix epoch; may be set, forwards or backwards. */
  now(): number;
  /** Milliseconds since some fixed moment; never goes back, may stand still while the machine sleeps. */
  monotonic(): number;
  /**
   * Calls `fn` once after `ms` and returns a function that cancels it. Such a timer keeps the process alive only with
   * `keepAlive`.
   */
  setTimer(fn: () => void, ms: number, options?: { keepAlive?: boolean }): () => void;
}

/** Node fires a timer with a longer delay immediately. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Browsers and Workers have no processes that could share a store, so there a clock of each page's own is enough. */
const isNode = typeof process === 'object' && typeof process.hrtime?.bigint === 'function';

/** The clock of the platform. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // hrtime counts from boot, the same in all processes; performance.now() starts at 0 in each process.
  monotonic: isNode ? () => Number(process.hrtime.bigint() / 1_000n) / 1_000 : () => performance.now(),
  setTimer(fn, ms, options) {
    const timer = setTimeout(fn, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
    // Only Node's keep a process alive; a browser's timer is a number.
    if (options?.keepAlive !== true && typeof timer === 'object') timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Waits, and keeps the process alive meanwhile.
 *
 * Rejects with the signal's reason when it aborts.
 */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = () => {
      cancelTimer();
      forgetSignal();
      resolve();
    };
    const cancelTimer = clock.setTimer(end, ms, { keepAlive: true });
    const forgetSignal = onAbort(signal, end);
  });
  signal?.throwIfAborted();
}

/** Names the current boot of the machine; undefined where the platform has no such name. */
export function readBootId(): string | undefined {
  try {
    // Not imported: the package's main entry also runs where there are no files.
    const { readFileSync } = process.getBuiltinModule('node:fs');
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
