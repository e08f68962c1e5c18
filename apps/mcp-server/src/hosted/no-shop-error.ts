import { OrdersError } from '@wemasy-orders/client';

/** The caller has no shop yet. */
export class NoShopError extends OrdersError {
  override readonly name = 'NoShopError';
  readonly code = 'configuration_error';
  /** What to do about it. */
  readonly next: string;

  /** @param linkPage where callers link their shop; undefined where the operator does */
  constructor(linkPage: string | undefined) {
    super('No shop is linked to this identity yet.', { source: 'local', retryable: false, effect: 'none' });
    this.next =
      linkPage === undefined
        ? 'Ask the user to have the operator of this server link their shop, then call again.'
        : `Ask the user to open ${linkPage}, sign in and link their shop, then call again.`;
  }
}

/** What to do about an API token that does not work, where it was linked. */
export function nextStepsOf(linkPage: string | undefined) {
  const mend = (what: string) =>
    linkPage === undefined
      ? `Ask the user to have the operator of this server link ${what}; calling again does not help.`
      : `Ask the user to open ${linkPage} and link ${what}; calling again does not help.`;
  return {
    authentication_failed: mend('a valid API token'),
    permission_denied: mend('an API token with this permission'),
  };
}
