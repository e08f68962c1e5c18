import type { RateLimiter } from '@wemasy-orders/rate-limit';
import { type Clock, notify, sleep } from '@wemasy-orders/state';
import { attempt, type Success } from './attempt.js';
import { callHeaders } from './call-headers.js';
import { callLimitFaults } from './call-limits.js';
import { type Drift, driftKey } from './drift.js';
import { InvalidArgumentsError, type OrdersError } from './errors.js';
import type { Fetch } from './fetch.js';
import type { Call } from './generated/calls.js';
import { isSafe } from './operations.js';
import { retryDelayMs } from './retry.js';
import { takePermit } from './take-permit.js';
import type { TokenSource } from './token-source.js';
import type {
  AttemptReport,
  CallOptions,
  DriftReport,
  OutgoingRequest,
  RequestReport,
  ResponseReport,
} from './types.js';

export interface SendOptions {
  readonly tokens: TokenSource;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly rateLimiter: RateLimiter;
  /** Sent with each request where neither the operation nor the call has them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Deadline of one request in ms where the call does not say. */
  readonly timeoutMs: number;
  /** Most repetitions of one call where the call does not say. */
  readonly maxRetries: number;
  /** Longest wait for permits in ms where the call does not say. */
  readonly maxWaitMs: number;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly onRequest?: ((report: RequestReport) => void) | undefined;
  readonly onResponse?: ((report: ResponseReport) => void) | undefined;
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
  readonly onDrift?: ((report: DriftReport) => void) | undefined;
}

/** Sends one request and returns its answer, a success as documented. Throws everything else. */
export type Send = <Of extends Call>(request: OutgoingRequest<Of>, call: CallOptions) => Promise<Success<Of>>;

/**
 * The transport stack: permit → deadline → send → report → check the answer → retry only what is safe.
 *
 * @throws {OrdersError} where the outcome is not a documented success
 */
export function createSend(options: SendOptions): Send {
  const { clock, fetch, rateLimiter, random, tokens } = options;
  const reportDrift = createDriftReporter(options.onDrift);
  return async (request, call) => {
    const { operation } = request;
    const { operationId } = operation;
    const outgoing = { ...request, headers: headersOf(request, call, options) };
    const { timeoutMs = options.timeoutMs, maxRetries = options.maxRetries } = call;
    const waitEndsAt = clock.monotonic() + (call.maxWaitMs ?? options.maxWaitMs);
    let failure: OrdersError | undefined;
    for (let retries = 0; ; retries += 1) {
      const { permit, token, rollback } = await takePermit({
        rateLimiter,
        tokens,
        clock,
        operationId,
        call,
        waitEndsAt,
        failure,
      });
      const number = retries + 1;
      if (options.onRequest) notify(options.onRequest, requestReport(outgoing, number, tokens));
      const sentAt = clock.monotonic();
      const result = await attempt(outgoing, {
        permit,
        token,
        redact: tokens.redact,
        fetch,
        timeoutMs,
        clock,
        signal: call.signal,
      });
      const durationMs = clock.monotonic() - sentAt;
      if (result.answer !== undefined) {
        const { status, headers, text: body } = result.answer;
        notify(options.onResponse, { operationId, attempt: number, status, headers, body });
      }
      notify(options.onAttempt, {
        operationId,
        attempt: number,
        waitedMs: permit.waitedMs,
        durationMs,
        ...(result.answer === undefined ? {} : { status: result.answer.status }),
        ...(result.fault === undefined ? {} : { error: result.fault }),
      });
      await result.reported;
      if (result.fault === undefined) {
        reportDrift(operationId, result.read.drift);
        return result;
      }
      failure = result.fault;
      const safe = isSafe(operation);
      const delayMs = retryDelayMs(failure, { safe, retries, maxRetries, random: random() });
      if (delayMs === undefined) throw failure;
      await rollback?.();
      // A call that was cancelled meanwhile gets no permit.
      await sleep(clock, delayMs, call.signal).catch(() => undefined);
    }
  };
}

/** @throws {InvalidArgumentsError} for options of the call that cannot work */
function headersOf(
  { headers }: OutgoingRequest,
  call: CallOptions,
  options: SendOptions,
): Record<string, string> {
  const faults = callLimitFaults(call);
  if (faults.length > 0) throw new InvalidArgumentsError(faults);
  return { ...options.headers, ...callHeaders(call.headers ?? {}, headers), ...headers };
}

function requestReport(
  { operation, url, headers, body }: OutgoingRequest,
  attempt: number,
  { redact }: TokenSource,
): RequestReport {
  const { operationId, method } = operation;
  return {
    operationId,
    attempt,
    method,
    url: redact(url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, redact(value)])),
    body: body === null ? null : redact(body),
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
