import { type AnswerFacts, OrdersError } from './orders-error.js';

/** A 2xx answer without a body. */
export class EmptyBodyError extends OrdersError {
  override readonly name = 'EmptyBodyError';
  readonly code = 'unexpected_response';

  constructor(facts: AnswerFacts) {
    super('The API answered without a body.', {
      source: 'upstream',
      retryable: false,
      effect: 'unknown',
      ...facts,
    });
  }
}
