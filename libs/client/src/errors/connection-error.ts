import { OrdersError } from './orders-error.js';

/**
 * No answer, because there was no connection (`effect: none`) or because it broke while a request was under way
 * (`effect: unknown`).
 */
export class ConnectionError extends OrdersError {
  override readonly name = 'ConnectionError';
  readonly code = 'network_error';
  /** What the operating system or the HTTP client called it, e.g. `ECONNREFUSED`. */
  readonly reason: string | undefined;

  constructor(effect: 'none' | 'unknown', reason: string | undefined) {
    const detail = reason === undefined ? '' : ` (${reason})`;
    super(
      effect === 'none'
        ? `The API cannot be reached${detail}; nothing was sent.`
        : `The connection to the API broke before an answer came${detail}.`,
      { source: 'local', retryable: true, effect },
    );
    this.reason = reason;
  }
}
