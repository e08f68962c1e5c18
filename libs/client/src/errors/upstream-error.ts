import { type AnswerFacts, OrdersError } from './orders-error.js';

/** Statuses that say that the request was not accepted, and nothing else (RFC 9110 §15.5). */
const turnedAway: ReadonlySet<number> = new Set([400, 413, 414, 415]);

/**
 * A status that the documentation does not know and that has no class of its own: mostly 5xx, a fault of the API or of a
 * machine in front of it. Others, such as 408 or 499, may hide a request that was carried out just as well.
 */
export class UpstreamError extends OrdersError {
  override readonly name = 'UpstreamError';
  readonly code = 'upstream_error';

  constructor(facts: AnswerFacts & { readonly retryAfterSeconds?: number }) {
    const serverFault = facts.status >= 500;
    super(
      serverFault
        ? `The API failed with status ${facts.status}.`
        : `The API answered with the undocumented status ${facts.status}.`,
      {
        source: 'upstream',
        retryable: serverFault,
        effect: turnedAway.has(facts.status) ? 'none' : 'unknown',
        ...facts,
      },
    );
  }
}
