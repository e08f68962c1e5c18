import { type AnswerFacts, OrdersError } from './orders-error.js';

/**
 * A 2xx answer whose body says `error: true`. The documentation says no more of it, so the API may have declined, or have
 * failed half way: after a time-out of the bookkeeping, say.
 */
export class RefusedError extends OrdersError {
  override readonly name = 'RefusedError';
  readonly code = 'upstream_error';
  /** What the API wrote: untrusted text. */
  readonly apiMessage: string | undefined;

  constructor(apiMessage: string | undefined, facts: AnswerFacts) {
    super('The API answered that it failed.', {
      source: 'upstream',
      retryable: false,
      effect: 'unknown',
      ...facts,
    });
    this.apiMessage = apiMessage;
  }
}
