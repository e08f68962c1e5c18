import {
  ConfigurationError,
  InvalidArgumentsError,
  isOrdersError,
  type OrdersError,
  type OrdersErrorCode,
  OutcomeUnknownError,
  UnexpectedResponseError,
} from '@wemasy-orders/client';
import {
  AlreadySyncedError,
  OutcomeNotRecordedError,
  SyncOutcomeUnknownError,
  WriteRefusedError,
} from '@wemasy-orders/order-sync';
import { cleanText } from './clean-text.js';
import { type PersonalData, showsWords } from './visibility.js';

/**
 * What a reader should act on: the evidence in the answer where there is some, else the code. One code can need several
 * remedies: a 403 of the API is about the token, a 403 of Cloudflare is not.
 */
export type Advice =
  | OrdersErrorCode
  /** Cloudflare, a proxy or a firewall refused the request; the API did not see it. */
  | 'blocked_before_api'
  /** What answers at the base URL is not the API. */
  | 'wrong_address'
  /** The API itself answered 404: it does not know the order or the operation. */
  | 'unknown_to_api'
  /** The API itself refused the request for a reason of its own; the same request later has the same result. */
  | 'refused_by_api'
  /** The API, or a machine in front of it, sent an answer that cannot be used. */
  | 'unusable_answer';

/** A call that failed, in the terms of its reader. What to do about it depends on the reader, see `advice`. */
export interface Failure {
  readonly code: OrdersErrorCode;
  readonly advice: Advice;
  /** What happened, one sentence. */
  readonly sentence: string;
  readonly source: 'local' | 'upstream';
  readonly retryable: boolean;
  /** Whether the call may have taken effect at the API all the same. */
  readonly effect: 'none' | 'unknown';
  readonly retryAfterSeconds?: number;
  /** Present where only `resend` sends the order again. */
  readonly canResend?: true;
  /** What the API, or the check of arguments or settings, says: untrusted, already cleaned and bounded. */
  readonly details: readonly string[];
}

/**
 * What a thrown error means. Nothing internal of an error that is not ours is passed on, and of the API's words only what
 * the reader may see.
 */
export function failureOf(error: unknown, personalData: PersonalData): Failure {
  if (!isOrdersError(error)) {
    return {
      code: 'internal_error',
      advice: 'internal_error',
      sentence: 'Unexpected internal error.',
      source: 'local',
      retryable: false,
      effect: 'unknown',
      details: [],
    };
  }
  return {
    code: error.code,
    advice: adviceOf(error),
    sentence: cleanText(sentenceOf(error)),
    source: error.source,
    retryable: error.retryable,
    effect: error.effect,
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    ...(canResend(error) ? { canResend: true } : {}),
    details: detailsOf(error, personalData),
  };
}

/** Statuses that the same request may not have later: it came too late, too early or too often (RFC 9110, RFC 8470). */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

function adviceOf(error: OrdersError): Advice {
  if (error instanceof OutcomeNotRecordedError) return adviceOf(error.cause);
  const { code, status = 0, answeredBy } = error;
  const isRefusal = status >= 400 && status < 500 && !passing.has(status);
  const isForeign = answeredBy === 'cloudflare' || answeredBy === 'proxy';
  switch (code) {
    case 'authentication_failed':
    case 'permission_denied':
      return isForeign ? 'blocked_before_api' : code;
    case 'upstream_error':
      if (isRefusal) return isForeign ? 'blocked_before_api' : 'refused_by_api';
      // `error: true` in an answer that says that all went well.
      return status >= 200 && status < 300 ? 'refused_by_api' : code;
    case 'unexpected_response':
      return error instanceof UnexpectedResponseError ? adviceOnAnswer(error) : code;
    default:
      return code;
  }
}

function adviceOnAnswer({ kind, answeredBy }: UnexpectedResponseError): Advice {
  switch (kind) {
    case 'not_found':
      return answeredBy === 'api' ? 'unknown_to_api' : 'wrong_address';
    case 'html_body':
      return answeredBy === 'cloudflare' ? 'blocked_before_api' : 'wrong_address';
    case 'redirect':
      return 'wrong_address';
    default:
      return 'unusable_answer';
  }
}

function canResend(error: OrdersError): boolean {
  return (
    error instanceof AlreadySyncedError ||
    (error instanceof SyncOutcomeUnknownError && error.moment !== 'under_way')
  );
}

function sentenceOf(error: OrdersError): string {
  if (error instanceof InvalidArgumentsError) return 'The arguments are not valid.';
  if (error instanceof WriteRefusedError) return error.reason;
  if (hasManyFaults(error)) return `The configuration has ${error.faults.length} faults.`;
  return error instanceof SyncOutcomeUnknownError ? unknownOutcome(error) : error.message;
}

/** Unlike the error's message, without process and machine, and without a remedy, which depends on the reader. */
function unknownOutcome({ orderId, moment, attempt, cause }: SyncOutcomeUnknownError): string {
  const { startedAt, by } = attempt;
  const sender = `${by.app} ${by.version}`;
  switch (moment) {
    case 'now': {
      const reason = isOrdersError(cause) ? ` ${cause.message}` : '';
      return `Order ${orderId} was sent at ${startedAt}; whether it reached the books is not known.${reason}`;
    }
    case 'meanwhile':
      return `Order ${orderId} was sent at ${startedAt} by ${sender} at the same time; whether it reached the books is not known.`;
    case 'before':
      return `Order ${orderId} was sent at ${startedAt} by ${sender}; whether it reached the books is not known. It was not sent again.`;
    case 'under_way':
      return `Order ${orderId} has been in flight since ${startedAt}, sent by ${sender}; its outcome will be in the journal.`;
  }
}

/** Most characters that the details of a failure have together; an API can complain about every field. */
const longestDetails = 320;

function shortened(details: readonly string[]): readonly string[] {
  let length = 0;
  const shown = details.filter((detail) => (length += detail.length) <= longestDetails);
  const [first] = details;
  if (first !== undefined && shown.length === 0) return [first];
  const left = details.length - shown.length;
  return left === 0 ? shown : [...shown, `and ${left} more`];
}

function detailsOf(error: OrdersError, personalData: PersonalData): readonly string[] {
  if (error instanceof WriteRefusedError) return error.details.map((detail) => cleanText(detail));
  // There are no more than there are settings, and a reader who corrects them needs all.
  if (hasManyFaults(error)) return error.faults.map(cleanText);
  return shortened(findings(error, personalData).map(cleanText));
}

/** A single fault is the sentence itself. */
function hasManyFaults(error: OrdersError): error is ConfigurationError {
  return error instanceof ConfigurationError && error.faults.length > 1;
}

function findings(error: OrdersError, personalData: PersonalData): readonly string[] {
  if (error instanceof InvalidArgumentsError) {
    return error.faults.map(({ argument, fault }) => `${argument}: ${fault}`);
  }
  if (error instanceof OutcomeUnknownError) return findings(error.cause, personalData);
  const { apiMessage, apiErrors, operationId } = error;
  if (!showsWords(personalData, operationId)) return [];
  const fields = Object.entries(apiErrors).flatMap(([field, texts]) =>
    texts.map((text) => [field, text] as const),
  );
  // Laravel's message repeats the first field's error.
  const repeats = apiMessage === undefined || fields.some(([, text]) => apiMessage.startsWith(text));
  return [
    ...(repeats ? [] : [`the API says ${JSON.stringify(cleanText(apiMessage))}`]),
    ...fields.map(([field, text]) => `${field}: ${text}`),
  ];
}
