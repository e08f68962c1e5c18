import { type AnswerFacts, OrdersError } from './orders-error.js';

/** A 2xx answer that is not JSON, or JSON cut short. The text is dropped. */
export class MalformedJsonError extends OrdersError {
  override readonly name = 'MalformedJsonError';
  readonly code = 'unexpected_response';

  constructor(facts: AnswerFacts) {
    super('The API answered with something that is not JSON.', {
      source: 'upstream',
      retryable: false,
      effect: 'unknown',
      ...facts,
    });
  }
}
