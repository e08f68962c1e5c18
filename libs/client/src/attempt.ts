import { isUnsent, onAbort, type Permit } from '@wemasy-orders/rate-limit';
import type { Clock } from '@wemasy-orders/state';
import { type Body, isFile, judge } from './answer.js';
import {
  CancelledError,
  ConnectionError,
  type OrdersError,
  TimeoutError,
  UnexpectedResponseError,
} from './errors.js';
import type { Fetch, FetchHeaders, FetchResponse } from './fetch.js';
import type { Call } from './generated/calls.js';
import { isSafe } from './operations.js';
import type { ReadBody } from './read-body.js';
import { bodyFaultOf, readBytes, readText } from './read-text.js';
import type { Answer, OutgoingRequest } from './types.js';

export interface AttemptOptions {
  readonly permit: Permit;
  readonly token: string;
  /** Replaces the token in a text of the answer. */
  readonly redact: (text: string) => string;
  readonly fetch: Fetch;
  /** Deadline from sending the request to the end of its answer, in ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/** An answer that is a success as the document describes it. */
export interface Success<Of extends Call = Call> {
  readonly answer: Answer;
  readonly read: ReadBody<Body<Of>>;
}

export type AttemptResult<Of extends Call> = (
  (Success<Of> & { readonly fault?: undefined }) | { readonly fault: OrdersError; readonly answer?: Answer }
) & {
  /** Settles when the limiter has recorded the outcome. */
  readonly reported: Promise<void>;
};

/** Sends a request once, with the permit, and judges its answer. Never rejects. */
export async function attempt<Of extends Call>(
  { operation, url, headers, body }: OutgoingRequest<Of>,
  { permit, token, redact, fetch, timeoutMs, clock, signal }: AttemptOptions,
): Promise<AttemptResult<Of>> {
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
