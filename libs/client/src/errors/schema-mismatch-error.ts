import { type AnswerFacts, OrdersError } from './orders-error.js';

/** A 2xx answer of JSON that is not what the document describes. Its values are not repeated, they may be personal. */
export class SchemaMismatchError extends OrdersError {
  override readonly name = 'SchemaMismatchError';
  readonly code = 'unexpected_response';
  /** Where the answer differs, e.g. `data.data.3.id: expected number`. */
  readonly mismatches: readonly string[];

  constructor(mismatches: readonly string[], facts: AnswerFacts) {
    super(`The API's answer is not what its documentation describes: ${mismatches.slice(0, 3).join('; ')}.`, {
      source: 'upstream',
      retryable: false,
      effect: 'unknown',
      ...facts,
    });
    this.mismatches = mismatches;
  }
}
