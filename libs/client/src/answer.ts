import { parseRateLimitHeaders } from '@wemasy-orders/rate-limit';
import * as z from 'zod';
import {
  type AnswerFacts,
  ApiReportedError,
  AuthenticationError,
  type OrdersError,
  PermissionError,
  RateLimitedError,
  type RateLimitFacts,
  UnexpectedResponseError,
  UpstreamError,
  ValidationFailedError,
} from './errors.js';
import type { FetchHeaders } from './fetch.js';
import type { Operation } from './generated/operations.js';
import * as schemas from './generated/schemas.js';
import { isSafe } from './operations.js';

/** A complete answer of the API, read but not yet believed. */
export interface Answer {
  readonly status: number;
  readonly headers: FetchHeaders;
  readonly text: string;
}

/** What an operation answers when it succeeds. */
export type Body<Of extends Operation> = z.output<(typeof schemas)[Of['responseSchema']]>;

type Judgement<Of extends Operation> =
  { readonly body: Body<Of>; readonly fault?: undefined } | { readonly fault: OrdersError };

/**
 * Decides what an answer means for the operation it answers.
 *
 * @param nowMs wall clock in ms, to read a Retry-After that is a date
 * @returns the body when the answer is a success as documented, else the error that describes it
 */
export function judge<Of extends Operation>(operation: Of, answer: Answer, nowMs: number): Judgement<Of> {
  const facts = factsOf(answer, nowMs);
  const { status } = answer;
  if (status >= 200 && status < 300) return judgeSuccess(operation, answer, facts);
  return { fault: faultOf(operation, answer, facts, nowMs) };
}

function faultOf(operation: Operation, answer: Answer, facts: AnswerFacts, nowMs: number): OrdersError {
  const { status } = answer;
  if (status === 0 || (status >= 300 && status < 400)) return new UnexpectedResponseError('redirect', facts);
  const body = parseJson(answer.text);
  const said = { ...facts, ...sayingOf(body) };
  switch (status) {
    case 401:
      return new AuthenticationError(said);
    case 403:
      return new PermissionError(said);
    case 404:
    case 405:
      return new UnexpectedResponseError('not_found', said);
    case 422:
      return new ValidationFailedError(schemas.ValidationError.safeParse(body).data?.errors ?? {}, said);
    case 429: {
      if (!isSafe(operation) && !isDocumentedRejection(answer, nowMs)) return new UpstreamError(said);
      const { retryAfterMs } = parseRateLimitHeaders(answer.headers, nowMs);
      // Laravel rounds Retry-After down, so a whole second is added to what it says.
      const seconds =
        retryAfterMs === undefined ? operation.rateLimit.windowSeconds : Math.ceil(retryAfterMs / 1000) + 1;
      return new RateLimitedError('upstream', seconds, said);
    }
    default: {
      const { retryAfterMs } = parseRateLimitHeaders(answer.headers, nowMs);
      return new UpstreamError({
        ...said,
        ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
      });
    }
  }
}

/**
 * Whether a 429 is the API's own, which rejects a request before it is processed: it has the three headers that the
 * vendor's page names, and no request left. Any other 429 may be passed on from SnelStart after the order was booked.
 */
function isDocumentedRejection({ headers }: Answer, nowMs: number): boolean {
  const { limit, remaining, retryAfterMs } = parseRateLimitHeaders(headers, nowMs);
  return limit !== undefined && remaining === 0 && retryAfterMs !== undefined;
}

const errorBody = z.object({ message: z.string() });
const reportedError = z.object({ error: z.literal(true) });

/** What the API wrote in its own words, where it did. */
function sayingOf(body: unknown): Pick<AnswerFacts, 'apiMessage'> {
  const said = errorBody.safeParse(body, interpreted).data;
  return said === undefined ? {} : { apiMessage: said.message };
}

/**
 * zod would compile a function for each object schema at its first use, which takes twice as long as reading a page of
 * orders without; over many pages both are the same.
 */
const interpreted = { jitless: true };

function judgeSuccess<Of extends Operation>(
  operation: Of,
  { text, headers }: Answer,
  facts: AnswerFacts,
): Judgement<Of> {
  if (text.trim() === '') return { fault: new UnexpectedResponseError('empty_body', facts) };
  if (/^\s*</.test(text) || /\bhtml\b/i.test(headers.get('content-type') ?? '')) {
    return { fault: new UnexpectedResponseError('html_body', facts) };
  }
  const body = parseJson(text);
  if (body === undefined) return { fault: new UnexpectedResponseError('malformed_json', facts) };
  if (reportedError.safeParse(body, interpreted).success) {
    return { fault: new ApiReportedError({ ...facts, ...sayingOf(body) }) };
  }
  if (isBodyOf(operation, body)) return { body };
  return {
    fault: new UnexpectedResponseError('schema_mismatch', {
      ...facts,
      mismatches: mismatches(operation, body),
    }),
  };
}

/** The body itself is what is given back, with the fields that the document does not know. */
function isBodyOf<Of extends Operation>(operation: Of, body: unknown): body is Body<Of> {
  return schemas[operation.responseSchema].safeParse(body, interpreted).success;
}

/** Where an answer differs from its schema. Names and kinds only: zod's own messages can repeat values. */
function mismatches({ responseSchema }: Operation, body: unknown): string[] {
  const { error } = schemas[responseSchema].safeParse(body, interpreted);
  return (error?.issues ?? []).map((issue) => {
    const place = issue.path.map(String).join('.') || 'body';
    return issue.code === 'invalid_type' ? `${place}: expected ${issue.expected}` : `${place}: ${issue.code}`;
  });
}

/** @returns undefined where the text is not JSON; JSON itself has no undefined */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function factsOf({ status, headers }: Answer, nowMs: number): AnswerFacts {
  const requestId = headers.get('x-request-id') ?? headers.get('cf-ray');
  const { limit, remaining } = parseRateLimitHeaders(headers, nowMs);
  const rateLimit: RateLimitFacts = {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
  };
  return {
    status,
    ...(typeof requestId === 'string' && /^[\w.:-]{1,100}$/.test(requestId) ? { requestId } : {}),
    ...(limit === undefined && remaining === undefined ? {} : { rateLimit }),
  };
}
