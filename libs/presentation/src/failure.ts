import {
  AuthenticationError,
  ConfigurationError,
  InvalidArgumentsError,
  isOrdersError,
  NotFoundError,
  type OrdersError,
  OutcomeUnknownError,
  PermissionError,
  RefusedError,
  ValidationFailedError,
} from '@wemasy-orders/client';
import {
  AlreadySyncedError,
  isOrderSyncError,
  type OrderSyncError,
  RejectedElsewhereError,
  SyncOutcomeUnknownError,
} from '@wemasy-orders/order-sync';
import { cleanText } from './clean-text.js';

type KnownError = OrdersError | OrderSyncError;

/** The contract's codes: each error of the libraries carries one; anything else is a fault of the program itself. */
export type FailureCode = KnownError['code'] | 'internal_error';

/** A call that did not succeed, in the terms of whoever reads it; what to do next depends on the reader. */
export interface Failure {
  readonly code: FailureCode;
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
  if (!isOrdersError(error) && !isOrderSyncError(error)) {
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
    ...('retryAfterSeconds' in error && error.retryAfterSeconds !== undefined
      ? { retryAfterSeconds: error.retryAfterSeconds }
      : {}),
    ...(canResend(error) ? { canResend: true } : {}),
    details: detailsOf(error),
  };
}

function canResend(error: KnownError): boolean {
  return (
    error instanceof AlreadySyncedError ||
    (error instanceof SyncOutcomeUnknownError && error.moment !== 'under_way')
  );
}

function sentenceOf(error: KnownError): string {
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

function detailsOf(error: KnownError): readonly string[] {
  // As many as there are settings at the most, and whoever puts them right has to know all of them.
  if (hasManyFaults(error)) return error.faults.map(cleanText);
  return shortened(foundFaults(error).map(cleanText));
}

/** A single one is the sentence itself. */
function hasManyFaults(error: KnownError): error is ConfigurationError {
  return error instanceof ConfigurationError && error.faults.length > 1;
}

function foundFaults(error: KnownError): readonly string[] {
  if (error instanceof InvalidArgumentsError) {
    return error.faults.map(({ argument, fault }) => `${argument}: ${fault}`);
  }
  if (error instanceof ValidationFailedError) {
    const fields = Object.entries(error.fields).flatMap(([field, faults]) =>
      faults.map((fault) => `${field}: ${fault}`),
    );
    return fields.length > 0 ? fields : apiMessage(error);
  }
  if (
    error instanceof AuthenticationError ||
    error instanceof NotFoundError ||
    error instanceof PermissionError ||
    error instanceof RefusedError ||
    error instanceof RejectedElsewhereError ||
    error instanceof SyncOutcomeUnknownError
  ) {
    return apiMessage(error);
  }
  if (error instanceof OutcomeUnknownError) return foundFaults(error.cause);
  return [];
}

function apiMessage({ apiMessage }: { readonly apiMessage: string | undefined }): readonly string[] {
  return apiMessage === undefined ? [] : [`the API says ${JSON.stringify(cleanText(apiMessage))}`];
}
