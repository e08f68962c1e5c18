import { type AnswerFacts, OrdersError } from './orders-error.js';

/** A 3xx answer. It is not followed: the token would go where nobody meant it to go. */
export class RedirectError extends OrdersError {
  override readonly name = 'RedirectError';
  readonly code = 'unexpected_response';

  constructor(facts: AnswerFacts) {
    super('The API redirects to another address; that is not followed. Check the base URL.', {
      source: 'upstream',
      retryable: false,
      effect: 'unknown',
      ...facts,
    });
  }
}
