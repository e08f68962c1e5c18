import {
  ConfigurationError,
  InvalidArgumentsError,
  isOrdersError,
  type OrdersError,
  type OrdersErrorCode,
  OutcomeUnknownError,
  ValidationFailedError,
} from '@wemasy-orders/client';
import { AlreadySyncedError, SyncOutcomeUnknownError } from '@wemasy-orders/order-sync';
import { cleanText } from './clean-text.js';

/** A call that did not succeed, in the terms of whoever reads it; what to do next depends on the reader. */
export interface Failure {
  readonly code: OrdersErrorCode;
  /** What happened, one sentence. */
  readonly sentence: string;
  readonly source: 'local' | 'upstream';
  readonly retryable: boolean;
  /** Whether the call may have taken effect at the API all the same. */
  readonly effect: 'none' | 'unknown';
  readonly retryAfterSeconds?: number;
  /** There where the order is not sent again unless `resend` asks for it. */
  readonly canResend?: true;
  /** What the API, or the check of arguments or settings, says one by one or as a whole; untrusted, already cleaned. */
  readonly details: readonly string[];
}

/** What a thrown error means. Nothing internal of an error that is not ours is passed on. */
export function failureOf(error: unknown): Failure {
  if (!isOrdersError(error)) {
    return {
      code: 'internal_error',
      sentence: 'The server failed in a way that it does not know.',
      source: 'local',
      retryable: false,
      effect: 'unknown',
      details: [],
    };
  }
  return {
    code: error.code,
    sentence: cleanText(sentenceOf(error)),
    source: error.source,
    retryable: error.retryable,
    effect: error.effect,
    ...(error.retryAfterSeconds !== undefined ? { retryAfterSeconds: error.retryAfterSeconds } : {}),
    ...(canResend(error) ? { canResend: true } : {}),
    details: detailsOf(error),
  };
}

function canResend(error: OrdersError): boolean {
  return (
    error instanceof AlreadySyncedError ||
    (error instanceof SyncOutcomeUnknownError && error.moment !== 'under_way')
  );
}

function sentenceOf(error: OrdersError): string {
  if (error instanceof InvalidArgumentsError) return 'The arguments are not valid.';
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
      return `Order ${orderId} is being sent since ${startedAt} by ${sender}; its outcome will be in the journal.`;
  }
}

/** Most characters that the details of a failure may have together; an API can find fault with every field. */
const longestDetails = 360;

function shortened(details: readonly string[]): readonly string[] {
  let length = 0;
  const shown = details.filter((detail) => (length += detail.length) <= longestDetails);
  const [first] = details;
  if (first !== undefined && shown.length === 0) return [first];
  const left = details.length - shown.length;
  return left === 0 ? shown : [...shown, `and ${left} more`];
}

function detailsOf(error: OrdersError): readonly string[] {
  // As many as there are settings at the most, and whoever puts them right has to know all of them.
  if (hasManyFaults(error)) return error.faults.map(cleanText);
  return shortened(foundFaults(error).map(cleanText));
}

/** A single one is the sentence itself. */
function hasManyFaults(error: OrdersError): error is ConfigurationError {
  return error instanceof ConfigurationError && error.faults.length > 1;
}

function foundFaults(error: OrdersError): readonly string[] {
  if (error instanceof InvalidArgumentsError) {
    return error.faults.map(({ argument, fault }) => `${argument}: ${fault}`);
  }
  if (error instanceof ValidationFailedError) {
    const fields = Object.entries(error.apiErrors).flatMap(([field, faults]) =>
      faults.map((fault) => `${field}: ${fault}`),
    );
    if (fields.length > 0) return fields;
  }
  if (error instanceof OutcomeUnknownError) return foundFaults(error.cause);
  const { apiMessage } = error;
  return apiMessage === undefined ? [] : [`the API says ${JSON.stringify(cleanText(apiMessage))}`];
}
