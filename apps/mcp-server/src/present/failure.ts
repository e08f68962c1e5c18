import {
  AuthenticationError,
  InvalidArgumentsError,
  isOrdersError,
  type OrdersError,
  PermissionError,
  RefusedError,
  ValidationFailedError,
} from '@wemasy-orders/client';
import { isOrderSyncError, type OrderSyncError } from '@wemasy-orders/order-sync';
import { cleanText } from './clean-text.js';

type KnownError = OrdersError | OrderSyncError;

/** The contract's codes: each error of the libraries carries one; anything else is a fault of this server. */
export type FailureCode = KnownError['code'] | 'internal_error';

/** A call that did not succeed, in the terms of whoever reads it. */
export interface Failure {
  readonly code: FailureCode;
  /** What happened, one sentence. */
  readonly sentence: string;
  readonly source: 'local' | 'upstream';
  readonly retryable: boolean;
  readonly retryAfterSeconds?: number;
  /** What the API or the arguments' check says, field by field or as a whole; untrusted, already cleaned. */
  readonly details?: readonly string[];
  /** What to do next, one sentence. */
  readonly next: string;
}

const nextSteps: Readonly<Record<FailureCode, string>> = {
  invalid_arguments: 'Correct the arguments and call again.',
  configuration_error:
    "Tell the user what to set in this server's configuration; calling again does not help.",
  authentication_failed: 'Ask the user to set a valid WEMASY_API_TOKEN; calling again does not help.',
  permission_denied: 'Ask the user for a token with this permission; calling again does not help.',
  validation_failed: 'Correct the values that the API names and call again.',
  rate_limited: 'Wait that long, then make the same call once.',
  upstream_error: 'Tell the user; the fault is on the side of the API.',
  upstream_timeout: 'Try again once; if it happens again, tell the user that the API is slow.',
  network_error:
    'Try again once; if it happens again, ask the user to check the connection and WEMASY_API_URL.',
  unexpected_response: 'Ask the user to check WEMASY_API_URL; calling again does not help.',
  outcome_unknown:
    'Do not call sync_order for this order again. Ask the user to look in SnelStart whether the order is there.',
  already_synced:
    'Nothing is left to do; only if the user insists on a second booking, call again with resend true.',
  cancelled: 'Nothing was done; call again if it is still wanted.',
  internal_error: 'Tell the user; this is a fault of the server, described in its log.',
};

/** What a thrown error means to the assistant. Nothing internal of an error that is not ours is passed on. */
export function failureOf(error: unknown): Failure {
  if (!isOrdersError(error) && !isOrderSyncError(error)) {
    return {
      code: 'internal_error',
      sentence: 'The server failed in a way that it does not know.',
      source: 'local',
      retryable: false,
      next: nextSteps.internal_error,
    };
  }
  const details = detailsOf(error).map(cleanText);
  return {
    code: error.code,
    sentence: error instanceof InvalidArgumentsError ? 'The arguments are not valid.' : error.message,
    source: error.source,
    retryable: error.retryable,
    ...('retryAfterSeconds' in error && error.retryAfterSeconds !== undefined
      ? { retryAfterSeconds: error.retryAfterSeconds }
      : {}),
    ...(details.length === 0 ? {} : { details }),
    next:
      error.code === 'cancelled' && error.effect === 'unknown'
        ? 'The API may have worked on it; look before you repeat it.'
        : nextSteps[error.code],
  };
}

function detailsOf(error: KnownError): readonly string[] {
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
    error instanceof PermissionError ||
    error instanceof RefusedError
  ) {
    return apiMessage(error);
  }
  return [];
}

function apiMessage({ apiMessage }: { readonly apiMessage: string | undefined }): readonly string[] {
  return apiMessage === undefined ? [] : [`the API says ${JSON.stringify(apiMessage)}`];
}

/** The failure as text: `code: sentence`, then `key: value` lines, the last of which says what to do. */
export function failureText(failure: Failure): string {
  return [
    `${failure.code}: ${failure.sentence}`,
    `source: ${failure.source}`,
    `retryable: ${failure.retryable ? 'yes' : 'no'}`,
    ...(failure.retryAfterSeconds === undefined ? [] : [`retry_after_seconds: ${failure.retryAfterSeconds}`]),
    ...(failure.details ?? []).map((detail) => `detail: ${detail}`),
    `next: ${failure.next}`,
  ].join('\n');
}
