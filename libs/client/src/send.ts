import {
  isUnsent,
  type Permit,
  RateLimitDeadlineError,
  RateLimiterClosedError,
  type SimpleRateLimiter,
} from '@wemasy-orders/rate-limit';
import { type Clock, notify, onAbort, sleep } from '@wemasy-orders/state';
import { type Body, isFile, judge } from './answer.js';
import { callHeaders, callLimitFaults, type CallLimits } from './call-options.js';
import { type Drift, driftKey } from './drift.js';
import {
  CancelledError,
  ConnectionError,
  InvalidArgumentsError,
  type OrdersError,
  RateLimitedError,
  TimeoutError,
  UnexpectedResponseError,
} from './errors.js';
import type { Fetch, FetchHeaders, FetchResponse } from './fetch.js';
import type { Call } from './generated/calls.js';
import { isSafe } from './operations.js';
import { bodyFaultOf, readBytes, readText, type ReadBody } from './read-body.js';
import { retryDelayMs } from './retry.js';
import type { TokenSource } from './token-source.js';
import type {
  Answer,
  AttemptReport,
  CallOptions,
  DriftReport,
  OutgoingRequest,
  RequestReport,
  ResponseReport,
  Rollback,
} from './types.js';

/** The limits hold where a call has none of its own. */
export interface SendOptions extends CallLimits {
  readonly tokens: TokenSource;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly rateLimiter: SimpleRateLimiter;
  /** Sent with each request where neither the operation nor the call has them. */
  readonly headers: Readonly<Record<string, string>>;
  /** A number in [0, 1). */
  readonly random?: (() => number) | undefined;
  readonly onRequest?: ((report: RequestReport) => void) | undefined;
  readonly onResponse?: ((report: ResponseReport) => void) | undefined;
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
  readonly onDrift?: ((report: DriftReport) => void) | undefined;
}

/** Sends one request and returns its answer, a success as documented. Throws everything else. */
export type Send = <Of extends Call>(request: OutgoingRequest<Of>, call: CallOptions) => Promise<Success<Of>>;

/** An answer that is a success as the document describes it. */
export interface Success<Of extends Call = Call> {
  readonly answer: Answer;
  readonly read: ReadBody<Body<Of>>;
}

/** A call on its way, over all its attempts. */
interface Course<Of extends Call = Call> {
  readonly request: OutgoingRequest<Of>;
  readonly call: CallOptions;
  readonly timeoutMs: number;
  /** On the monotonic clock. */
  readonly waitEndsAt: number;
  /** The error of the attempt before: where there is no time for another attempt, the call ends with it. */
  failure?: OrdersError;
}

/**
 * The transport stack: permit → deadline → send → report → check the answer → retry only what is safe.
 *
 * @throws {OrdersError} where the outcome is not a documented success
 */
export function createSend(options: SendOptions): Send {
  const { clock, random = Math.random, tokens } = options;
  const reportDrift = createDriftReporter(options.onDrift);
  return async <Of extends Call>(given: OutgoingRequest<Of>, call: CallOptions) => {
    const { operation } = given;
    const { operationId } = operation;
    const request = { ...given, headers: headersOf(given, call, options) };
    const { timeoutMs = options.timeoutMs ?? 30_000, maxRetries = options.maxRetries ?? 2 } = call;
    const waitEndsAt = clock.monotonic() + (call.maxWaitMs ?? options.maxWaitMs ?? Infinity);
    const course: Course<Of> = { request, call, timeoutMs, waitEndsAt };
    for (let retries = 0; ; retries += 1) {
      const ready = await takePermit(course, options);
      const number = retries + 1;
      if (options.onRequest) notify(options.onRequest, requestReport(request, number, tokens));
      const sentAt = clock.monotonic();
      const result = await attempt(course, ready, options);
      const durationMs = clock.monotonic() - sentAt;
      if (result.answer !== undefined) {
        const { status, headers, text: body } = result.answer;
        notify(options.onResponse, { operationId, attempt: number, status, headers, body });
      }
      notify(options.onAttempt, {
        operationId,
        attempt: number,
        waitedMs: ready.permit.waitedMs,
        durationMs,
        ...(result.answer === undefined ? {} : { status: result.answer.status }),
        ...(result.fault === undefined ? {} : { error: result.fault }),
      });
      await result.reported;
      if (result.fault === undefined) {
        reportDrift(operationId, result.read.drift);
        return result;
      }
      course.failure = result.fault;
      const safe = isSafe(operation);
      const delayMs = retryDelayMs(result.fault, { safe, retries, maxRetries, random: random() });
      if (delayMs === undefined) throw result.fault;
      await ready.rollback?.();
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

/**
 * Takes a permit that is valid at this moment, looks the token up, and announces the request with `beforeSend`. The caller
 * sends without another await.
 *
 * @throws {CancelledError} when the caller cancels
 * @throws {RateLimitedError} when no permit is available, or usable, in time
 */
async function takePermit(course: Course, options: SendOptions): Promise<ReadyPermit> {
  const { call, waitEndsAt, failure } = course;
  const { clock, tokens } = options;
  const isCancelled = () => call.signal?.aborted === true;
  let token: string | undefined;
  for (;;) {
    if (isCancelled()) throw new CancelledError('none');
    const permit = await acquire(course, options);
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

async function acquire(
  { request, call, waitEndsAt, failure }: Course,
  { rateLimiter, clock }: SendOptions,
): Promise<Permit> {
  const { signal, priority, onWait } = call;
  const maxWaitMs = Math.max(0, waitEndsAt - clock.monotonic());
  try {
    return await rateLimiter.acquire(request.operation.operationId, { signal, maxWaitMs, priority, onWait });
  } catch (error) {
    if (signal?.aborted || error instanceof RateLimiterClosedError) throw new CancelledError('none');
    if (!(error instanceof RateLimitDeadlineError)) throw error;
    throw failure ?? new RateLimitedError('local', Math.ceil(error.retryAfterMs / 1000));
  }
}

type AttemptResult<Of extends Call> = (
  (Success<Of> & { readonly fault?: undefined }) | { readonly fault: OrdersError; readonly answer?: Answer }
) & {
  /** Settles when the limiter has recorded the outcome. */
  readonly reported: Promise<void>;
};

/** Sends a request once, with the permit, and judges its answer. Never rejects. */
async function attempt<Of extends Call>(
  { request, call: { signal }, timeoutMs }: Course<Of>,
  { permit, token }: ReadyPermit,
  { clock, fetch, tokens: { redact } }: SendOptions,
): Promise<AttemptResult<Of>> {
  const { operation, url, headers, body } = request;
  /** Tears the request down when the caller cancels or the deadline is over. */
  const teardown = new AbortController();
  const forgetSignal = onAbort(signal, () => {
    teardown.abort();
  });
  const cancelTimer = clock.setTimer(() => {
    teardown.abort();
  }, timeoutMs);
  let response: FetchResponse | undefined;
  let reported = Promise.resolve();
  try {
    response = await fetch(url, {
      method: operation.method,
      headers: { ...headers, authorization: `Bearer ${token}`, accept: acceptedBy(operation) },
      body,
      redirect: 'manual',
      signal: teardown.signal,
      isSafe: isSafe(operation),
    });
    // The headers prove what the server counted, so other callers learn of it before the body has come. The report is not
    // awaited: the deadline is the API's, and a slow store must not use it up.
    reported = permit.report({ kind: 'answered', status: response.status, headers: response.headers });
    // An answer may repeat the token, e.g. an error page that prints the request.
    const { status } = response;
    const bytes = isFile(operation, status) ? await readBytes(response) : undefined;
    const text = bytes === undefined ? redact(await readText(response)) : '';
    const received = redacted(response.headers, redact);
    const answer = { status, headers: received, text, ...(bytes === undefined ? {} : { bytes }) };
    return { answer, reported, ...judge(operation, answer, clock.now()) };
  } catch (thrown) {
    const isCancelled = signal?.aborted === true;
    const isTornDown = teardown.signal.aborted;
    const fault = faultOf(thrown, { isCancelled, isTornDown, timeoutMs, status: response?.status });
    if (response === undefined) {
      reported = fault.effect === 'none' ? permit.release() : permit.report({ kind: 'lost' });
    }
    return { fault, reported };
  } finally {
    cancelTimer();
    forgetSignal();
  }
}

function acceptedBy({ responseType }: Call): string {
  return [responseType ?? [], 'application/json'].flat().join(', ');
}

/** Headers with names in lower case; one that comes several times is joined, as in `fetch`. */
function redacted(headers: FetchHeaders, redact: (text: string) => string): Map<string, string> {
  const clean = new Map<string, string>();
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    const before = clean.get(name);
    clean.set(name, before === undefined ? redact(value) : `${before}, ${redact(value)}`);
  }
  return clean;
}

interface Circumstances {
  readonly isCancelled: boolean;
  readonly isTornDown: boolean;
  readonly timeoutMs: number;
  /** Undefined where no answer began. */
  readonly status: number | undefined;
}

function faultOf(
  thrown: unknown,
  { isCancelled, isTornDown, timeoutMs, status }: Circumstances,
): OrdersError {
  const effect = status === undefined && isUnsent(thrown) ? 'none' : 'unknown';
  if (isCancelled) return new CancelledError(effect);
  if (isTornDown)
    return effect === 'unknown' ? new TimeoutError(timeoutMs) : new ConnectionError(effect, 'ETIMEDOUT');
  const reason = reasonOf(thrown);
  if (status === undefined) return new ConnectionError(effect, reason);
  const bodyFault = bodyFaultOf(reason);
  return bodyFault === undefined
    ? new ConnectionError(effect, reason)
    : new UnexpectedResponseError(bodyFault, { status });
}

/** The code that Node's fetch hides in the chain of causes; of several addresses tried, the first one's. */
function reasonOf(thrown: unknown): string | undefined {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  }
  return undefined;
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
