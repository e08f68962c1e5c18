import { CancelledError } from '@wemasy-orders/client';
import type { Clock } from '@wemasy-orders/state';

/**
 * Waits, and keeps the process alive meanwhile.
 *
 * @throws {CancelledError} when the signal fires
 */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      cancelTimer();
      reject(new CancelledError('none'));
    };
    const cancelTimer = clock.setTimer(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      ms,
      { keepAlive: true },
    );
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
