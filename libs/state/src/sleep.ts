import type { Clock } from './clock.js';

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
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancelTimer = clock.setTimer(end, ms, { keepAlive: true });
    signal?.addEventListener('abort', end);
  });
  signal?.throwIfAborted();
}
