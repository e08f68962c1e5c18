import type { RateLimiter } from '@wemasy-orders/rate-limit';
import { notify, sleep } from '@wemasy-orders/state';
import { attempt, type AttemptOptions, type Success } from './attempt.js';
import { type Drift, driftKey } from './drift.js';
import { CancelledError, type OrdersError } from './errors.js';
import type { Operation } from './generated/operations.js';
import { isSafe } from './operations.js';
import { retryDelayMs } from './retry.js';
import { takePermit } from './take-permit.js';
import type { AttemptReport, CallOptions, DriftReport, OutgoingRequest } from './types.js';

export interface SendOptions extends AttemptOptions {
  readonly rateLimiter: RateLimiter;
  /** Longest wait for permits in ms where the call does not say. */
  readonly maxWaitMs: number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
  readonly onDrift?: ((report: DriftReport) => void) | undefined;
}

/** Sends one request and returns its answer, a success as documented. Throws everything else. */
export type Send = <Of extends Operation>(
  request: OutgoingRequest<Of>,
  call: CallOptions,
) => Promise<Success<Of>>;

/**
 * The transport stack: permit → deadline → send → report → check the answer → retry only what is safe.
 *
 * @throws {OrdersError} where the outcome is not a documented success
 */
export function createSend(options: SendOptions): Send {
  const { clock, rateLimiter, random } = options;
  const reportDrift = createDriftReporter(options.onDrift);
  return async (request, call) => {
    const { operation } = request;
    const { operationId } = operation;
    const waitEndsAt = clock.monotonic() + (call.maxWaitMs ?? options.maxWaitMs);
    let failure: OrdersError | undefined;
    for (let retries = 0; ; retries += 1) {
      const { permit, rollback } = await takePermit({
        rateLimiter,
        clock,
        operationId,
        call,
        waitEndsAt,
        failure,
      });
      const sentAt = clock.monotonic();
      const result = await attempt(options, request, { permit, signal: call.signal });
      notify(options.onAttempt, {
        operationId,
        attempt: retries + 1,
        waitedMs: permit.waitedMs,
        durationMs: clock.monotonic() - sentAt,
        ...(result.answer === undefined ? {} : { status: result.answer.status }),
        ...(result.fault === undefined ? {} : { error: result.fault }),
      });
      await result.reported;
      if (result.fault === undefined) {
        reportDrift(operationId, result.read.drift);
        return result;
      }
      failure = result.fault;
      const delayMs = retryDelayMs(failure, { safe: isSafe(operation), retries, random: random() });
      if (delayMs === undefined) throw failure;
      await rollback?.();
      await sleep(clock, delayMs, call.signal).catch(() => {
        throw new CancelledError('none');
      });
    }
  };
}

/** Reports each difference once. */
function createDriftReporter(onDrift: SendOptions['onDrift']) {
  const reported = new Set<string>();
  return (operationId: string, drift: readonly Drift[]) => {
    const fresh = drift.filter((difference) => !reported.has(driftKey(difference)));
    if (fresh.length === 0) return;
    for (const difference of fresh) reported.add(driftKey(difference));
    notify(onDrift, { operationId, drift: fresh });
  };
}
