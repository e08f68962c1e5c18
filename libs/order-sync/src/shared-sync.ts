import { CancelledError, RateLimitedError } from '@wemasy-orders/client';
import type { Clock } from '@wemasy-orders/state';
import { SyncOutcomeUnknownError } from './errors/sync-outcome-unknown-error.js';
import type { SendingAttempt } from './record.js';
import { tell } from './tell.js';

/** How far a sync has come; it decides what a caller who gives up can be told. */
export type Phase =
  /** Nothing has left; a caller may go. */
  | { readonly kind: 'queued' }
  /** Another process is sending the order; a caller may go, but not believe that nothing happens. */
  | { readonly kind: 'elsewhere'; readonly attempt: SendingAttempt }
  /** The request may leave or has left; everybody stays for the outcome. */
  | { readonly kind: 'sending' };

/** How a caller waits. */
export interface Waiting {
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for budget in ms, where it is less than that of the call that does the work. */
  readonly maxWaitMs?: number | undefined;
  readonly onWait?: ((wait: { readonly expectedWaitMs: number }) => void) | undefined;
}

/** What the work tells of itself while it goes on. */
export interface Course {
  /** Aborted once every caller has gone. */
  readonly signal: AbortSignal;
  enter(phase: Phase): void;
  /** The API's allowance has to be waited for. */
  waitsForBudget(expectedWaitMs: number): void;
}

/** One piece of work and all the callers in this process who want its result. */
export interface SharedSync<Result> {
  readonly result: Promise<Result>;
  readonly phase: () => Phase;
  /** Whether all callers have gone, so that nobody can join any more. */
  readonly abandoned: () => boolean;
  /**
   * Waits for the result.
   *
   * @throws {CancelledError} when the caller cancels before anything was sent
   * @throws {SyncOutcomeUnknownError} when it cancels while another process is sending
   * @throws {RateLimitedError} when its patience for budget is over
   */
  join(waiting: Waiting): Promise<Result>;
}

interface Caller {
  readonly waiting: Waiting;
  /** Looks whether the caller wants to go and may. */
  reconsider(): void;
}

/** Node's longest, about 25 days. */
const longestTimerMs = 2 ** 31 - 1;

/** Starts the work; it is cancelled when the last caller goes, and a caller can only go as the phase allows. */
export function startSharedSync<Result>(
  orderId: number,
  clock: Clock,
  work: (course: Course) => Promise<Result>,
): SharedSync<Result> {
  const controller = new AbortController();
  const callers = new Set<Caller>();
  let phase: Phase = { kind: 'queued' };
  /** When the budget that is waited for is expected, on the monotonic clock. */
  let budgetAt: number | undefined;
  const result = work({
    signal: controller.signal,
    enter(next) {
      phase = next;
      budgetAt = undefined;
      for (const caller of [...callers]) caller.reconsider();
    },
    waitsForBudget(expectedWaitMs) {
      budgetAt = clock.monotonic() + expectedWaitMs;
      for (const { waiting } of [...callers]) tell(waiting.onWait, { expectedWaitMs });
      for (const caller of [...callers]) caller.reconsider();
    },
  });
  // Whatever the work waits for: a process must not run out of things to do, and end, in the middle of it.
  const letGo = clock.setTimer(() => undefined, longestTimerMs, { keepAlive: true });
  // Callers may all be gone by the time it fails.
  result.then(letGo, letGo);

  return {
    result,
    phase: () => phase,
    abandoned: () => controller.signal.aborted,
    join: (waiting) =>
      new Promise((resolve, reject) => {
        const { signal, maxWaitMs = Number.POSITIVE_INFINITY } = waiting;
        const patienceEndsAt = clock.monotonic() + maxWaitMs;

        const caller: Caller = {
          waiting,
          reconsider() {
            const reason = reasonToGo();
            if (reason === undefined || !stopWaiting()) return;
            reject(reason);
            if (callers.size === 0) controller.abort();
          },
        };
        const stopTimer = Number.isFinite(maxWaitMs)
          ? clock.setTimer(caller.reconsider, maxWaitMs, { keepAlive: true })
          : undefined;

        function reasonToGo(): Error | undefined {
          if (phase.kind === 'sending') return undefined;
          if (signal?.aborted === true) {
            return phase.kind === 'queued'
              ? new CancelledError('none')
              : new SyncOutcomeUnknownError(orderId, 'under_way', phase.attempt);
          }
          if (budgetAt === undefined) return undefined;
          const nowMs = clock.monotonic();
          if (nowMs < patienceEndsAt && budgetAt <= patienceEndsAt) return undefined;
          return new RateLimitedError('local', Math.max(1, Math.ceil((budgetAt - nowMs) / 1000)));
        }
        function stopWaiting(): boolean {
          stopTimer?.();
          signal?.removeEventListener('abort', caller.reconsider);
          return callers.delete(caller);
        }

        callers.add(caller);
        signal?.addEventListener('abort', caller.reconsider);
        result.finally(stopWaiting).then(resolve, reject);
        if (budgetAt !== undefined)
          tell(waiting.onWait, { expectedWaitMs: Math.max(0, budgetAt - clock.monotonic()) });
        caller.reconsider();
      }),
  };
}
