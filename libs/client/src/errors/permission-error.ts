import { type AnswerFacts, OrdersError } from './orders-error.js';

/** 403: the token is known but may not do this. */
export class PermissionError extends OrdersError {
  override readonly name = 'PermissionError';
  readonly code = 'permission_denied';
  /** What the API wrote: untrusted text. */
  readonly apiMessage: string | undefined;

  constructor(apiMessage: string | undefined, facts: AnswerFacts) {
    super('The token is not allowed to do this.', {
      source: 'upstream',
      retryable: false,
      effect: 'none',
      ...facts,
    });
    this.apiMessage = apiMessage;
  }
}
