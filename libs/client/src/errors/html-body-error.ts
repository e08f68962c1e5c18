import { type AnswerFacts, OrdersError } from './orders-error.js';

/** A 2xx answer that is a web page, as a proxy, a login page or a captive portal sends. The page is dropped. */
export class HtmlBodyError extends OrdersError {
  override readonly name = 'HtmlBodyError';
  readonly code = 'unexpected_response';

  constructor(facts: AnswerFacts) {
    super('The API answered with a web page instead of data.', {
      source: 'upstream',
      retryable: false,
      effect: 'unknown',
      ...facts,
    });
  }
}
