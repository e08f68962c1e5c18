import {
  type Permit,
  RateLimitDeadlineError,
  type RateLimiter,
  RateLimiterClosedError,
} from '@wemasy-orders/rate-limit';
import { type Clock, notify, sleep } from '@wemasy-orders/state';
import { attempt, type Success } from './attempt.js';
import { callHeaders, callLimitFaults } from './call-options.js';
import { type Drift, driftKey } from './drift.js';
import { CancelledError, InvalidArgumentsError, type OrdersError, RateLimitedError } from './errors.js';
import type { Fetch } from './fetch.js';
import type { Call } from './generated/calls.js';
import { isSafe } from './operations.js';
import { retryDelayMs } from './retry.js';
import type { TokenSource } from './token-source.js';
import type {
  AttemptReport,
  CallOptions,
  DriftReport,
  OutgoingRequest,
  RequestReport,
  ResponseReport,
  Rollback,
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

interface ReadyPermit {
  readonly permit: Permit;
  /** To send with this request. */
  readonly token: string;
  /** Takes the announcement back, where `beforeSend` gave a way to. */
  readonly rollback: Rollback | undefined;
}

interface TakePermitOptions {
  readonly rateLimiter: RateLimiter;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly operationId: string;
  readonly call: CallOptions;
  /** On the monotonic clock. */
  readonly waitEndsAt: number;
  /** The error of the attempt before: where there is no time for another attempt, the call ends with it. */
  readonly failure: OrdersError | undefined;
}

/**
 * Takes a permit that is valid at this moment, looks the token up, and announces the request with `beforeSend`. The caller
 * sends without another await.
 *
 * @throws {CancelledError} when the caller cancels
 * @throws {RateLimitedError} when no permit is available, or usable, in time
 */
async function takePermit(options: TakePermitOptions): Promise<ReadyPermit> {
  const { clock, call, tokens, waitEndsAt, failure } = options;
  const isCancelled = () => call.signal?.aborted === true;
  let token: string | undefined;
  for (;;) {
    if (isCancelled()) throw new CancelledError('none');
    const permit = await acquire(options);
    const isUsable = () => !isCancelled() && permit.isValid();
    let rollback: Rollback | undefined;
    try {
      token ??= await tokens.current(call.signal);
      if (isUsable()) {
        rollback = await call.beforeSend?.();
        // Announcing takes time, and the permit may run out meanwhile.
        if (isUsable()) return { permit, token, rollback };
      }
    } catch (error) {
      await permit.release();
      throw error;
    }
    await permit.release();
    await rollback?.();
    // A limiter with room gives a permit however little time is left, so it does not end this loop.
    if (!isCancelled() && clock.monotonic() >= waitEndsAt) {
      throw failure ?? new RateLimitedError('local', 1, { message: permitRanOut });
    }
  }
}

const permitRanOut = 'The permit for the call ran out before it was ready to be sent; it was not sent.';

async function acquire({
  rateLimiter,
  clock,
  operationId,
  call,
  waitEndsAt,
  failure,
}: TakePermitOptions): Promise<Permit> {
  const { signal, priority, onWait } = call;
  const maxWaitMs = Math.max(0, waitEndsAt - clock.monotonic());
  try {
    return await rateLimiter.acquire(operationId, { signal, maxWaitMs, priority, onWait });
  } catch (error) {
    if (signal?.aborted || error instanceof RateLimiterClosedError) throw new CancelledError('none');
    if (!(error instanceof RateLimitDeadlineError)) throw error;
    throw failure ?? new RateLimitedError('local', Math.ceil(error.retryAfterMs / 1000));
  }
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
