import { setMaxListeners } from 'node:events';
import {
  CancelledError,
  OrdersError,
  type OrdersErrorCode,
  type OrdersErrorFacts,
} from '@wemasy-orders/client';
import type { Clock } from '@wemasy-orders/state';

/** How long a call may take, in ms. */
export interface CallLimits {
  readonly answerWithinMs: number;
  /** Longest wait for the API's allowance. */
  readonly maxWaitMs: number;
}

/** Time that a request gets after the longest wait for the allowance. */
const timeForRequestMs = 10_000;

/** The waits that follow from the one setting; a shorter `WEMASY_MAX_WAIT_MS` is kept. */
export function limitsOf(settings: {
  readonly WEMASY_ANSWER_WITHIN_MS: number;
  readonly WEMASY_MAX_WAIT_MS: number;
}): CallLimits {
  const answerWithinMs = settings.WEMASY_ANSWER_WITHIN_MS;
  const longestWaitMs = Math.max(0, answerWithinMs - timeForRequestMs);
  return { answerWithinMs, maxWaitMs: Math.min(settings.WEMASY_MAX_WAIT_MS, longestWaitMs) };
}

/** The server answers before the work has ended. */
class InterruptedCallError extends OrdersError {
  override readonly name = 'InterruptedCallError';
  readonly code: OrdersErrorCode;

  constructor(code: OrdersErrorCode, message: string, facts: Partial<OrdersErrorFacts> = {}) {
    super(message, { source: 'local', retryable: true, effect: 'none', ...facts });
    this.code = code;
  }
}

export interface AnswerInTimeOptions {
  readonly clock: Clock;
  readonly answerWithinMs: number;
  /** Whether the work changes something at the API; it is then never given up once it has been sent. */
  readonly writes: boolean;
  /** Aborted when the client cancels or goes away. */
  readonly client: AbortSignal;
  /** Aborted when the server is about to end. */
  readonly stopping: AbortSignal;
}

/** Between the signal to stop and the answer; what can stop has by then. In ms. */
const stopMs = 500;
/** When it is worth asking again for a write that is still in flight, in s. */
const askAgainSeconds = 5;

/**
 * Waits for the work of a call, and answers in time whatever the work does. When the time is up or the server ends, the
 * work is asked to stop. A write that has been sent continues, and its outcome is recorded; the same call made again joins
 * it.
 *
 * @throws {InterruptedCallError} when the time is up or the server ends
 */
export async function answerInTime<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { clock, answerWithinMs, writes, client, stopping }: AnswerInTimeOptions,
): Promise<Result> {
  const timeIsUp = new AbortController();
  const working = new AbortController();
  const stopWork = () => {
    working.abort();
  };
  // Not `AbortSignal.any`: it leaves a reference on `stopping` for every call.
  const signals = [client, stopping, timeIsUp.signal];
  if (signals.some(({ aborted }) => aborted)) stopWork();
  for (const signal of signals) signal.addEventListener('abort', stopWork);
  // Each running call listens once.
  setMaxListeners(0, stopping);
  const interruption = () => {
    if (stopping.aborted) {
      const effect = writes ? 'nothing was sent' : 'nothing was changed';
      return new InterruptedCallError('cancelled', `The server is shutting down; ${effect}.`);
    }
    return writes
      ? new InterruptedCallError('cancelled', 'The order could not be sent in time; nothing was sent.')
      : new InterruptedCallError(
          'upstream_timeout',
          `The API did not answer within ${answerWithinMs / 1000} s, the longest that a call may take.`,
        );
  };
  const stopTimer = clock.setTimer(
    () => {
      timeIsUp.abort();
    },
    answerWithinMs - 2 * stopMs,
  );
  let stopLastTimer: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    timeIsUp.signal.addEventListener('abort', () => {
      stopLastTimer = clock.setTimer(() => {
        reject(writes ? stillInFlight() : interruption());
      }, stopMs);
    });
  });
  try {
    return await Promise.race([work(working.signal), late]);
  } catch (error) {
    const isStopped = timeIsUp.signal.aborted || stopping.aborted;
    if (error instanceof CancelledError && isStopped && !client.aborted) throw interruption();
    throw error;
  } finally {
    stopTimer();
    stopLastTimer();
    for (const signal of signals) signal.removeEventListener('abort', stopWork);
  }
}

function stillInFlight(): InterruptedCallError {
  return new InterruptedCallError(
    'in_progress',
    'The sync is not finished yet. The server continues it and records the outcome.',
    { effect: 'unknown', retryAfterSeconds: askAgainSeconds },
  );
}
