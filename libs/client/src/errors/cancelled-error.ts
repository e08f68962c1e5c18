import { OrdersError } from './orders-error.js';

/** The caller cancelled: before anything was sent (`effect: none`) or while the request was under way (`unknown`). */
export class CancelledError extends OrdersError {
  override readonly name = 'CancelledError';
  readonly code = 'cancelled';

  constructor(effect: 'none' | 'unknown') {
    super(
      effect === 'none'
        ? 'The call was cancelled before it was sent.'
        : 'The call was cancelled while the API was working on it.',
      { source: 'local', retryable: true, effect },
    );
  }
}
