import { OrdersError } from './orders-error.js';

/** A page of orders that is well formed but cannot be part of the list being read: going on would lead nowhere. */
export class PaginationError extends OrdersError {
  override readonly name = 'PaginationError';
  readonly code = 'unexpected_response';

  constructor(message: string) {
    super(message, { source: 'upstream', retryable: false, effect: 'none' });
  }
}
