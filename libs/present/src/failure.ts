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
  /** What the API or the arguments' check says, field by field or as a whole; untrusted, already cleaned. */
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
    sentence: error instanceof InvalidArgumentsError ? 'The arguments are not valid.' : error.message,
    source: error.source,
    retryable: error.retryable,
    effect: error.effect,
    ...('retryAfterSeconds' in error && error.retryAfterSeconds !== undefined
      ? { retryAfterSeconds: error.retryAfterSeconds }
      : {}),
    details: detailsOf(error).map(cleanText),
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
