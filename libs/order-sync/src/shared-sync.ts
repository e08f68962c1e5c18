import { CancelledError, RateLimitedError } from '@wemasy-orders/client';
import { type Clock, notify } from '@wemasy-orders/state';
import { SyncOutcomeUnknownError } from './errors.js';
import type { SendingAttempt } from './record.js';

/** How far a sync has come. It decides whether a caller may leave, and what that caller learns. */
export type Phase =
  /** Nothing has left; a caller may leave. */
  | { readonly kind: 'queued' }
  /** Another process is sending the order; a caller may leave, but the order may be synced all the same. */
  | { readonly kind: 'elsewhere'; readonly attempt: SendingAttempt }
  /** The request may have left; every caller waits for the outcome. */
  | { readonly kind: 'sending' };

/** How a caller waits. */
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for a permit in ms, if shorter than that of the call that started the work. */
  readonly maxWaitMs?: number | undefined;
  readonly onWait?: ((wait: { readonly expectedWaitMs: number }) => void) | undefined;
}

/** How the work reports its progress to the callers. */
export interface SyncContext {
  /** Aborted once every caller has left. */
  readonly signal: AbortSignal;
  setPhase(phase: Phase): void;
  /** The work waits for a permit. */
  waitForPermit(expectedWaitMs: number): void;
}

/** One piece of work and all callers in this process that want its result. */
export interface SharedSync<Result> {
  readonly result: Promise<Result>;
  readonly phase: () => Phase;
  /** Whether all callers have left, so that none can join any more. */
  readonly abandoned: () => boolean;
  /**
   * Waits for the result.
   *
   * @throws {CancelledError} when the caller cancels before anything was sent
   * @throws {SyncOutcomeUnknownError} when it cancels while another process is sending
   * @throws {RateLimitedError} when the permit would come later than it accepts
   */
  join(options: WaitOptions): Promise<Result>;
}

interface Waiter {
  readonly options: WaitOptions;
  /** Lets the caller leave, if it wants to and may. */
  reconsider(): void;
}

/** Node's longest, about 25 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Starts the work. It is cancelled when the last caller leaves; the phase decides when a caller may leave. */
export function startSharedSync<Result>(
  orderId: number,
  clock: Clock,
  work: (context: SyncContext) => Promise<Result>,
): SharedSync<Result> {
  const controller = new AbortController();
  const waiters = new Set<Waiter>();
  let phase: Phase = { kind: 'queued' };
  /** When the permit is expected, on the monotonic clock. */
  let permitAt: number | undefined;
  const result = work({
    signal: controller.signal,
    setPhase(next) {
      phase = next;
      permitAt = undefined;
      for (const waiter of [...waiters]) waiter.reconsider();
    },
    waitForPermit(expectedWaitMs) {
      permitAt = clock.monotonic() + expectedWaitMs;
      for (const { options } of [...waiters]) notify(options.onWait, { expectedWaitMs });
      for (const waiter of [...waiters]) waiter.reconsider();
    },
  });
  // Without a timer, the process could run out of work and end before the call does.
  const letProcessEnd = clock.setTimer(() => undefined, longestTimerMs, { keepAlive: true });
  // All callers may have left by the time it fails.
  result.then(letProcessEnd, letProcessEnd);

  return {
    result,
    phase: () => phase,
    abandoned: () => controller.signal.aborted,
    join: (options) =>
      new Promise((resolve, reject) => {
        const { signal, maxWaitMs = Number.POSITIVE_INFINITY } = options;
        const waitEndsAt = clock.monotonic() + maxWaitMs;

        const waiter: Waiter = {
          options,
          reconsider() {
            const reason = reasonToLeave();
            if (reason === undefined || !stopWaiting()) return;
            reject(reason);
            if (waiters.size === 0) controller.abort();
          },
        };
        const stopTimer = Number.isFinite(maxWaitMs)
          ? clock.setTimer(waiter.reconsider, maxWaitMs, { keepAlive: true })
          : undefined;

        function reasonToLeave(): Error | undefined {
          if (phase.kind === 'sending') return undefined;
          if (signal?.aborted === true) {
            return phase.kind === 'queued'
              ? new CancelledError('none')
              : new SyncOutcomeUnknownError(orderId, 'under_way', phase.attempt);
          }
          if (permitAt === undefined) return undefined;
          const nowMs = clock.monotonic();
          if (nowMs < waitEndsAt && permitAt <= waitEndsAt) return undefined;
          return new RateLimitedError('local', Math.max(1, Math.ceil((permitAt - nowMs) / 1000)));
        }
        function stopWaiting(): boolean {
          stopTimer?.();
          signal?.removeEventListener('abort', waiter.reconsider);
          return waiters.delete(waiter);
        }

        waiters.add(waiter);
        signal?.addEventListener('abort', waiter.reconsider);
        result.finally(stopWaiting).then(resolve, reject);
        if (permitAt !== undefined) {
          notify(options.onWait, { expectedWaitMs: Math.max(0, permitAt - clock.monotonic()) });
        }
        waiter.reconsider();
      }),
  };
}
