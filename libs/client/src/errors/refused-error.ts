import { type AnswerFacts, OrdersError } from './orders-error.js';

/** A 2xx answer whose body says `error: true`: the API declined although the status says otherwise. */
export class RefusedError extends OrdersError {
  override readonly name = 'RefusedError';
  readonly code = 'upstream_error';
  /** What the API wrote: untrusted text. */
  readonly apiMessage: string | undefined;

  constructor(apiMessage: string | undefined, facts: AnswerFacts) {
    super('The API answered that it could not do this.', {
      source: 'upstream',
      retryable: false,
      effect: 'none',
      ...facts,
    });
    this.apiMessage = apiMessage;
  }
}
