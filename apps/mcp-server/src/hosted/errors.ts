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

/** What to do where the shop was linked by its user or by the operator, since its user sets no variables. */
export function nextStepsOf(linkPage: string | undefined) {
  const mend = (what: string) =>
    linkPage === undefined
      ? `Ask the user to have the operator of this server link ${what}; calling again does not help.`
      : `Ask the user to open ${linkPage} and link ${what}; calling again does not help.`;
  const lookAtIt =
    'Tell the user that the operator of this server has to look at it; calling again does not help.';
  return {
    authentication_failed: mend('a valid API token'),
    permission_denied: mend('an API token with this permission'),
    configuration_error: lookAtIt,
    unexpected_response: lookAtIt,
    wrong_address: lookAtIt,
    network_error:
      'Try again once; if it happens again, tell the user that this server cannot reach the API.',
    internal_error:
      'Try again in a minute; if it happens again, tell the user that the operator of this server has to look at its log.',
  };
}

/** The caller was not granted what the tool needs. */
export class NotPermittedError extends OrdersError {
  override readonly name = 'NotPermittedError';
  readonly code = 'permission_denied';
  /** What to do about it. */
  readonly next =
    'Ask the user to connect this server again and to allow it; calling again before that does not help.';

  constructor(tool: string) {
    super(`The user has not allowed this assistant to use ${tool}.`, {
      source: 'local',
      retryable: false,
      effect: 'none',
    });
  }
}
