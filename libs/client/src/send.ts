import {
  isUnsent,
  onAbort,
  type Permit,
  type RateLimiter,
  RateLimitDeadlineError,
} from '@wemasy-orders/rate-limit';
import type { Clock } from '@wemasy-orders/state';
import { type Answer, type Body, judge } from './answer.js';
import { type Drift, driftKey } from './drift.js';
import {
  CancelledError,
  ConnectionError,
  type OrdersError,
  RateLimitedError,
  TimeoutError,
  UnexpectedResponseError,
} from './errors.js';
import type { Fetch, FetchResponse } from './fetch.js';
import type { Operation } from './generated/operations.js';
import { isSafe } from './operations.js';
import type { ReadBody } from './read-body.js';
import { bodyFaultOf, readText } from './read-text.js';
import { retryDelayMs } from './retry.js';
import { withoutToken } from './without-token.js';

/** What the caller of one operation may ask for. */
export interface CallOptions {
  /** Cancels the call; the request under way is torn down. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for budget in ms, over all attempts; default: the client's. */
  readonly maxWaitMs?: number | undefined;
  /** A `background` call leaves room for interactive ones; default `interactive`. */
  readonly priority?: 'interactive' | 'background' | undefined;
  /** Called when the call has to wait for budget. */
  readonly onWait?: ((wait: { readonly expectedWaitMs: number }) => void) | undefined;
  /**
   * Called with a permit in hand before each request of the call; the request leaves only once it has resolved. If it
   * rejects, nothing leaves and the call rejects with the same.
   *
   * What it resolves to, if anything, is called when the announced request had no effect and the call goes on without
   * it: the permit ran out meanwhile, no connection stood, or the API rejected it (429). How the call ends tells the rest.
   */
  readonly beforeSend?: (() => Promise<TakeBack | undefined>) | undefined;
}

/** Takes back what `beforeSend` announced; the call waits for it, and rejects if it does. */
export type TakeBack = () => Promise<void>;

/** One attempt, told when it is over; for logs. */
export interface AttemptReport {
  readonly operationId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Time spent waiting for budget, ms. */
  readonly waitedMs: number;
  /** Time from sending to the end of the answer, ms. */
  readonly durationMs: number;
  readonly status?: number;
  readonly error?: OrdersError;
}

/** Differences from the document that no answer before showed to this client; for logs. */
export interface DriftReport {
  readonly operationId: string;
  readonly drift: readonly Drift[];
}

export interface SendOptions {
  readonly token: string;
  readonly fetch: Fetch;
  readonly rateLimiter: RateLimiter;
  /** Deadline of one request, from sending it to the end of its answer, in ms. */
  readonly timeoutMs: number;
  /** Longest wait for budget in ms where the call does not say. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
  readonly onDrift?: ((report: DriftReport) => void) | undefined;
}

/** A request as it leaves, but for the token. */
export interface OutgoingRequest<Of extends Operation = Operation> {
  readonly operation: Of;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** An answer that is a success as the document describes it. */
export interface Success<Of extends Operation = Operation> {
  readonly answer: Answer;
  readonly read: ReadBody<Body<Of>>;
}

/** Sends one request and gives back its answer: a success as documented. Everything else is thrown. */
export type Send = <Of extends Operation>(
  request: OutgoingRequest<Of>,
  call: CallOptions,
) => Promise<Success<Of>>;

/**
 * The transport stack: permit → deadline → send → report → check the answer → retry only what is safe.
 *
 * @throws {OrdersError} whenever there is no documented success to give back
 */
export function createSend(options: SendOptions): Send {
  const { clock, random } = options;
  const reportDrift = createDriftReporter(options.onDrift);
  return async (request, call) => {
    const { operation } = request;
    const waitEndsAt = clock.monotonic() + (call.maxWaitMs ?? options.maxWaitMs);
    let failure: OrdersError | undefined;
    for (let retries = 0; ; retries += 1) {
      const { permit, takeBack } = await takePermit(options, operation, call, { waitEndsAt, failure });
      const sentAt = clock.monotonic();
      const result = await attempt(options, request, { permit, signal: call.signal });
      notify(options.onAttempt, {
        operationId: operation.operationId,
        attempt: retries + 1,
        waitedMs: permit.waitedMs,
        durationMs: clock.monotonic() - sentAt,
        ...(result.answer === undefined ? {} : { status: result.answer.status }),
        ...(result.fault === undefined ? {} : { error: result.fault }),
      });
      await result.reported;
      if (result.fault === undefined) {
        reportDrift(operation.operationId, result.read.drift);
        return result;
      }
      failure = result.fault;
      const delayMs = retryDelayMs(failure, { safe: isSafe(operation), retries, random: random() });
      if (delayMs === undefined) throw failure;
      await takeBack?.();
      await sleep(clock, delayMs, call.signal);
    }
  };
}

/** Calls a listener. What a log throws must not change what became of the call. */
function notify<Event>(listener: ((event: Event) => void) | undefined, event: Event): void {
  try {
    listener?.(event);
  } catch {
    // The listener's own fault.
  }
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

interface ReadyPermit {
  readonly permit: Permit;
  readonly takeBack: TakeBack | undefined;
}

/**
 * Takes a permit that is still good at this moment, announced; the caller sends without another await.
 *
 * @param waitEndsAt on the monotonic clock
 * @param failure of the attempt before, if there was one: where there is no room for another, it is what the call came to
 */
async function takePermit(
  { rateLimiter, clock }: SendOptions,
  operation: Operation,
  { signal, priority, onWait, beforeSend }: CallOptions,
  { waitEndsAt, failure }: { readonly waitEndsAt: number; readonly failure: OrdersError | undefined },
): Promise<ReadyPermit> {
  for (;;) {
    if (signal?.aborted) throw new CancelledError('none');
    const maxWaitMs = Math.max(0, waitEndsAt - clock.monotonic());
    let permit: Permit;
    try {
      permit = await rateLimiter.acquire(operation.operationId, { signal, maxWaitMs, priority, onWait });
    } catch (error) {
      if (signal?.aborted) throw new CancelledError('none');
      if (error instanceof RateLimitDeadlineError) {
        throw failure ?? new RateLimitedError('local', Math.ceil(error.retryAfterMs / 1000));
      }
      throw error;
    }
    let takeBack: TakeBack | undefined;
    if (!signal?.aborted && permit.isValid()) {
      try {
        takeBack = await beforeSend?.();
      } catch (error) {
        await permit.release();
        throw error;
      }
      // Announcing takes its time, and a permit does not wait for it.
      if (!signal?.aborted && permit.isValid()) return { permit, takeBack };
    }
    await permit.release();
    await takeBack?.();
    // A limiter that has room gives a permit however little time is left, so it does not end this by itself.
    if (!signal?.aborted && clock.monotonic() >= waitEndsAt) {
      throw failure ?? new RateLimitedError('local', 1, { message: permitRanOut });
    }
  }
}

const permitRanOut = 'The permit for the call ran out before it was ready to be sent; it was not sent.';

type AttemptResult<Of extends Operation> = (
  (Success<Of> & { readonly fault?: undefined }) | { readonly fault: OrdersError; readonly answer?: Answer }
) & {
  /** Settles when the limiter has noted what came of the permit. */
  readonly reported: Promise<void>;
};

async function attempt<Of extends Operation>(
  { fetch, token, timeoutMs, clock }: SendOptions,
  { operation, url, headers, body }: OutgoingRequest<Of>,
  { permit, signal }: { readonly permit: Permit; readonly signal: AbortSignal | undefined },
): Promise<AttemptResult<Of>> {
  /** Tears the request down, when the caller cancels or the deadline is over. */
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
      headers: { ...headers, authorization: `Bearer ${token}`, accept: 'application/json' },
      body,
      redirect: 'manual',
      signal: teardown.signal,
      isSafe: isSafe(operation),
    });
    // The answer proves what the server counted; other callers should know before the body has come through. The deadline
    // is the API's: a slow store must not make it late.
    reported = permit.report({ kind: 'answered', status: response.status, headers: response.headers });
    // An answer that repeats the token (an error page that prints the request, say) must not carry it any further.
    const text = withoutToken(await readText(response), token);
    const answer = { status: response.status, headers: response.headers, text };
    return { answer, reported, ...judge(operation, answer, clock.now()) };
  } catch (thrown) {
    const fault = faultOfSending(thrown, { signal, teardown: teardown.signal, timeoutMs, response });
    if (response === undefined) {
      reported = fault.effect === 'none' ? permit.release() : permit.report({ kind: 'lost' });
    }
    return { fault, reported };
  } finally {
    cancelTimer();
    forgetSignal();
  }
}

function faultOfSending(
  thrown: unknown,
  {
    signal,
    teardown,
    timeoutMs,
    response,
  }: {
    signal: AbortSignal | undefined;
    teardown: AbortSignal;
    timeoutMs: number;
    response: FetchResponse | undefined;
  },
): OrdersError {
  const effect = response === undefined && isUnsent(thrown) ? 'none' : 'unknown';
  if (signal?.aborted) return new CancelledError(effect);
  if (teardown.aborted && effect === 'unknown') return new TimeoutError(timeoutMs);
  const reason = teardown.aborted ? 'ETIMEDOUT' : reasonOf(thrown);
  const bodyFault = response === undefined ? undefined : bodyFaultOf(reason);
  return bodyFault === undefined || response === undefined
    ? new ConnectionError(effect, reason)
    : new UnexpectedResponseError(bodyFault, { status: response.status });
}

/** The code that Node's fetch hides in the chain of causes; of several addresses tried, the first one's. */
function reasonOf(thrown: unknown): string | undefined {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  }
  return undefined;
}

/** @throws {CancelledError} when the caller cancels in the meantime */
async function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const cancelTimer = clock.setTimer(
      () => {
        forgetSignal();
        resolve();
      },
      ms,
      { keepAlive: true },
    );
    const forgetSignal = onAbort(signal, () => {
      cancelTimer();
      reject(new CancelledError('none'));
    });
  });
}
