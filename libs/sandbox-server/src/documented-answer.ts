import { type DocumentedAnswer, documentedAnswers } from '@wemasy-orders/client/examples';
import type { Operation } from '@wemasy-orders/client/operations';
import * as schemas from '@wemasy-orders/client/schemas';
import * as z from 'zod';

type Found =
  | { readonly answer: Required<DocumentedAnswer>; readonly fault?: undefined }
  | {
      readonly answer?: undefined;
      /** Completes the sentence "The sandbox cannot answer it: …" */
      readonly fault: string;
    };

/** The answer that the document shows for an operation's success, where it has the documented form. */
export function documentedAnswer(operation: Operation): Found {
  const { operationId, successStatus, responseSchema, responseType, otherSuccesses = {} } = operation;
  const shown = documentedAnswers[operationId];
  if (shown === undefined) {
    const what = responseType === undefined ? 'no example of its answer' : `an answer of ${responseType}`;
    return { fault: `the document shows ${what}` };
  }
  const { status, body } = shown;
  const name = status === successStatus ? responseSchema : otherSuccesses[status];
  if (body === undefined || name === undefined || name === null) return { answer: { status, body } };
  const { error } = schemas[name].safeParse(body);
  return error === undefined
    ? { answer: { status, body } }
    : { fault: `the example in the document is not as its schema says: ${z.prettifyError(error)}` };
}
