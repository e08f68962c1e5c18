import { type AnswerFacts, OrdersError } from './orders-error.js';

/** A status that the documentation does not know: mostly 5xx, a fault of the API or of a machine in front of it. */
export class UpstreamError extends OrdersError {
  override readonly name = 'UpstreamError';
  readonly code = 'upstream_error';

  constructor(facts: AnswerFacts & { readonly retryAfterSeconds?: number }) {
    const serverFault = facts.status >= 500;
    super(
      serverFault
        ? `The API failed with status ${facts.status}.`
        : `The API answered with the undocumented status ${facts.status}.`,
      { source: 'upstream', retryable: serverFault, effect: serverFault ? 'unknown' : 'none', ...facts },
    );
  }
}
