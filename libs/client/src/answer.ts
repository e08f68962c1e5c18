import { parseSimpleHeaders, type RateLimitFacts } from '@wemasy-orders/rate-limit';
import type * as z from 'zod';
import { apiWords } from './api-words.js';
import {
  type AnsweredBy,
  type AnswerFacts,
  ApiReportedError,
  AuthenticationError,
  type OrdersError,
  PermissionError,
  RateLimitedError,
  UnexpectedResponseError,
  UpstreamError,
  ValidationFailedError,
} from './errors.js';
import type { FetchHeaders } from './fetch.js';
import { type Call, type Shape, type ShapeName, shapes } from './generated/calls.js';
import type * as schemas from './generated/schemas.js';
import { isSafe } from './operations.js';
import { readBody, type ReadBody } from './read-body.js';
import { fits, isRecord } from './shape.js';
import type { Answer } from './types.js';

/** The schemas of an operation's documented successes; null for one without a JSON body. */
export type SuccessName<Of extends Call> =
  | (Of extends { readonly responseSchema: infer Name } ? Name : null)
  | (Of extends { readonly otherSuccesses: infer Others } ? Others[keyof Others] : never);

/** What a schema of the document makes of a body; undefined where there is none. */
export type SchemaOutput<Name> = Name extends ShapeName ? z.output<(typeof schemas)[Name]> : undefined;

/** The body of a success: bytes where the document says that it is no JSON, undefined where it describes none. */
export type Body<Of extends Call> = Call extends Of
  ? unknown
  : Of extends { readonly responseType: string }
    ? Uint8Array<ArrayBuffer>
    : SchemaOutput<SuccessName<Of>>;

type Judgement<Of extends Call> =
  { readonly read: ReadBody<Body<Of>>; readonly fault?: undefined } | { readonly fault: OrdersError };

/**
 * Decides what an answer means for the operation it answers.
 *
 * @param nowMs wall clock in ms, to read a Retry-After that is a date
 * @returns the body when the answer is a success, else the error that describes it
 */
export function judge<Of extends Call>(operation: Of, answer: Answer, nowMs: number): Judgement<Of> {
  const { status, text } = answer;
  const body = parseJson(text);
  const limit = () => parseSimpleHeaders(answer.headers, nowMs);
  // Most answers are successes, whose facts no caller asks for.
  const facts = () => factsOf(operation, answer, body, limit());
  if (status >= 200 && status < 300) return judgeSuccess(operation, answer, body, facts);
  return { fault: faultOf(operation, answer, facts(), limit()) };
}

function faultOf(operation: Call, answer: Answer, facts: AnswerFacts, limit: RateLimitFacts): OrdersError {
  const { status } = answer;
  if (status === 0 || (status >= 300 && status < 400)) return new UnexpectedResponseError('redirect', facts);
  switch (status) {
    case 401:
      return new AuthenticationError(facts);
    case 403:
      return new PermissionError(facts);
    case 404:
    case 405:
      return new UnexpectedResponseError('not_found', facts);
    case 422:
      return new ValidationFailedError(facts);
    case 429:
      return isSafe(operation) || isDocumentedRejection(answer, limit)
        ? rateLimited(operation, facts, limit)
        : new UpstreamError(facts);
    default: {
      const seconds = retryAfterSeconds(limit) ?? Infinity;
      const isCredible = seconds <= longestCredibleWaitSeconds;
      return new UpstreamError({ ...facts, ...(isCredible ? { retryAfterSeconds: seconds } : {}) });
    }
  }
}

/**
 * Whether a 429 is the API's own, which rejects a request before it is processed: it has the three headers that the
 * vendor's page names, and no request left. Any other 429 may be passed on from SnelStart after the order was booked.
 */
function isDocumentedRejection({ headers }: Answer, stated: RateLimitFacts): boolean {
  const { limit, remaining, retryAfterMs } = stated;
  const isValid = limit !== undefined && remaining === 0 && retryAfterMs !== undefined;
  return isValid && documentedRejectionHeaders.every((name) => typeof headers.get(name) === 'string');
}

/** The limiter also reads the headers of other APIs, which prove nothing here. */
const documentedRejectionHeaders = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'retry-after'];

/**
 * The longest wait that an API means, unless its window is longer. Behind a longer one is a Unix time, milliseconds, or a
 * date far off, and a caller cannot act on it.
 */
const longestCredibleWaitSeconds = 3_600;

function rateLimited(operation: Call, facts: AnswerFacts, limit: RateLimitFacts): RateLimitedError {
  const { windowSeconds } = operation.rateLimit;
  const stated = retryAfterSeconds(limit);
  if (stated === undefined) return new RateLimitedError('upstream', windowSeconds, facts);
  if (stated > Math.max(longestCredibleWaitSeconds, windowSeconds)) {
    const message =
      `The API rejected the call because its allowance is used up. It asks for a wait of ${stated} s, which is not ` +
      `credible; its window is over after ${windowSeconds} s.`;
    return new RateLimitedError('upstream', windowSeconds, { ...facts, message });
  }
  // Laravel rounds Retry-After down, so a whole second is added to what it says.
  return new RateLimitedError('upstream', stated + 1, facts);
}

function retryAfterSeconds({ retryAfterMs }: RateLimitFacts): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
}

function judgeSuccess<Of extends Call>(
  operation: Of,
  { status, text, bytes }: Answer,
  body: unknown,
  facts: () => AnswerFacts,
): Judgement<Of> {
  const unexpected = (...[kind, problem]: readonly [UnexpectedResponseError['kind'], string?]) => ({
    fault: new UnexpectedResponseError(kind, {
      ...facts(),
      ...(problem === undefined ? {} : { mismatches: [problem] }),
    }),
  });
  const name = successSchema(operation, status);
  const shape = name == null ? undefined : shapes[name];
  const isBody = (value: unknown): value is Body<Of> => shape === undefined || fits(shape, value);
  const file: unknown = bytes;
  if (name === null && isBody(file)) return { read: { value: file, drift: [], dropped: [] } };
  if (text.trim() === '') return unexpected('empty_body');
  if (isPage(text)) return unexpected('html_body');
  if (body === undefined) return unexpected('malformed_json');
  if (reportsError(body)) return { fault: new ApiReportedError(facts()) };
  if (shape === undefined) return unexpected('undocumented_success');
  const read = readBody(shape, body, isBody);
  return 'problem' in read ? unexpected('schema_mismatch', read.problem) : { read };
}

/** Whether an answer is the one of another type than JSON that the document describes. */
export function isFile({ successStatus, responseType }: Call, status: number): boolean {
  return responseType !== undefined && status === successStatus;
}

/** @returns null for a success without a JSON body; undefined where the status proves nothing */
function successSchema(operation: Call, status: number): ShapeName | null | undefined {
  const { successStatus, responseSchema = null, otherSuccesses = {} } = operation;
  const other = otherSuccesses[status];
  if (other !== undefined) return other;
  // An accepted write may be queued and fail later; only a documented status says that it was done.
  return status === successStatus || isSafe(operation) ? responseSchema : undefined;
}

const errorFlag: Shape = {
  type: 'object',
  properties: { error: { type: 'boolean' } },
};

/** Whether the API says that it failed, in whatever form it writes the flag. */
function reportsError(body: unknown): boolean {
  const isFlag = (value: unknown): value is { readonly error?: boolean } => fits(errorFlag, value);
  const flag = readBody(errorFlag, body, isFlag);
  return 'value' in flag && flag.value.error === true;
}

/** @returns undefined where the text is not JSON; JSON itself has no undefined */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPage(text: string): boolean {
  return /^\s*</.test(text);
}

function factsOf(
  operation: Call,
  answer: Answer,
  body: unknown,
  { limit, remaining }: RateLimitFacts,
): AnswerFacts {
  const { status, headers } = answer;
  return {
    operationId: operation.operationId,
    status,
    ...apiWords(body),
    requestId: requestIdOf(headers),
    answeredBy: answeredByOf(answer, body),
    ...(limit === undefined && remaining === undefined
      ? {}
      : {
          rateLimit: {
            ...(limit === undefined ? {} : { limit }),
            ...(remaining === undefined ? {} : { remaining }),
          },
        }),
  };
}

/** The API's own id of an answer, or Cloudflare's. */
export function requestIdOf(headers: FetchHeaders): string | undefined {
  const id = headers.get('x-request-id') ?? headers.get('cf-ray');
  return typeof id === 'string' && /^[\w.:-]{1,100}$/.test(id) ? id : undefined;
}

/** Cloudflare's own statuses: it could not reach the API, or the API did not answer it. */
const isCloudflareStatus = (status: number) => status >= 520 && status <= 530;

function answeredByOf({ status, headers, text }: Answer, body: unknown): AnsweredBy | undefined {
  if (isRecord(body) && ('message' in body || 'error' in body)) return 'api';
  // Behind Cloudflare every answer carries its headers; one that is no JSON is its own.
  const isBehindCloudflare =
    /\bcloudflare\b/i.test(headers.get('server') ?? '') || typeof headers.get('cf-mitigated') === 'string';
  const isForeign = body === undefined && text.trim() !== '';
  if (isBehindCloudflare && (isForeign || isCloudflareStatus(status))) return 'cloudflare';
  return isPage(text) ? 'proxy' : undefined;
}
