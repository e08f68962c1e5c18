import { type AnswerFacts, OrdersError } from './orders-error.js';

/**
 * 404 or 405: nothing there answers to the call. The documentation has neither, so mostly the base URL is wrong; of a
 * sync it may also mean that there is no such order. Either way the API turned the request away.
 */
export class NotFoundError extends OrdersError {
  override readonly name = 'NotFoundError';
  readonly code = 'unexpected_response';
  /** What the API wrote: untrusted text. */
  readonly apiMessage: string | undefined;

  constructor(apiMessage: string | undefined, facts: AnswerFacts) {
    super(
      `The API found nothing there (status ${facts.status}). Check the base URL; if it is right, what was asked for does not exist.`,
      { source: 'upstream', retryable: false, effect: 'none', ...facts },
    );
    this.apiMessage = apiMessage;
  }
}
