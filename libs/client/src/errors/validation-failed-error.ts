import { type AnswerFacts, OrdersError } from './orders-error.js';

/** 422: the API read the request and refuses its values. */
export class ValidationFailedError extends OrdersError {
  override readonly name = 'ValidationFailedError';
  readonly code = 'validation_failed';
  /** What the API wrote: untrusted text. */
  readonly apiMessage: string | undefined;
  /** Field → what the API says of it: untrusted text. */
  readonly fields: Readonly<Record<string, readonly string[]>>;

  constructor(
    apiMessage: string | undefined,
    fields: Readonly<Record<string, readonly string[]>>,
    facts: AnswerFacts,
  ) {
    super('The API refuses the values of the request.', {
      source: 'upstream',
      retryable: false,
      effect: 'none',
      ...facts,
    });
    this.apiMessage = apiMessage;
    this.fields = fields;
  }
}
