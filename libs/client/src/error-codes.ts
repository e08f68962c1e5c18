/** What went wrong, for programs: every code that a result, a log line or a report of this product can carry. */
export const ordersErrorCodes = [
  /** The arguments are not as the document allows; nothing was sent. */
  'invalid_arguments',
  /** A setting is missing or cannot work; nothing was sent. */
  'configuration_error',
  /** The API does not accept the token. */
  'authentication_failed',
  /** The token is known but may not do this. */
  'permission_denied',
  /** The API read the request and refuses its values. */
  'validation_failed',
  /** The allowance is used up: as counted here (`source: local`) or by the API (`source: upstream`). */
  'rate_limited',
  /** The API failed, or answered with an undocumented status. */
  'upstream_error',
  /** The request was sent and no complete answer came in time. */
  'upstream_timeout',
  /** There was no connection, or it broke. */
  'network_error',
  /** The answer is not what the document describes. */
  'unexpected_response',
  /** A write was sent, now or earlier, and whether it took effect is not known. */
  'outcome_unknown',
  /** The order is being sent by another call. */
  'in_progress',
  /** The order is in the books already; nothing was sent. */
  'already_synced',
  /** The caller cancelled. */
  'cancelled',
  /** A fault on this side, of the program or of its state. */
  'internal_error',
] as const;

/** One of `ordersErrorCodes`. */
export type OrdersErrorCode = (typeof ordersErrorCodes)[number];

/** Whether a text is a code that this version knows; another version may write others. */
export function isOrdersErrorCode(text: unknown): text is OrdersErrorCode {
  return ordersErrorCodes.some((code) => code === text);
}

/** The same symbol in every copy and version of this package. */
export const brand: unique symbol = Symbol.for('wemasy-orders.error');
