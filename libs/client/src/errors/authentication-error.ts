import { type AnswerFacts, OrdersError } from './orders-error.js';

/** 401: the API does not accept the token. */
export class AuthenticationError extends OrdersError {
  override readonly name = 'AuthenticationError';
  readonly code = 'authentication_failed';
  /** What the API wrote: untrusted text. */
  readonly apiMessage: string | undefined;

  constructor(apiMessage: string | undefined, facts: AnswerFacts) {
    super('The API does not accept the token.', {
      source: 'upstream',
      retryable: false,
      effect: 'none',
      ...facts,
    });
    this.apiMessage = apiMessage;
  }
}
