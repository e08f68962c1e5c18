import { OrderSyncError } from './order-sync-error.js';

/**
 * The journal could not be read or written, so nothing was sent: without it nobody could tell afterwards. `cause` is the
 * store's error.
 */
export class JournalUnavailableError extends OrderSyncError {
  override readonly name = 'JournalUnavailableError';
  readonly code = 'internal_error';

  constructor(orderId: number, cause: unknown) {
    const detail = cause instanceof Error ? ` (${cause.message})` : '';
    super(`The journal of order ${orderId} is not available${detail}; nothing was sent.`, {
      orderId,
      source: 'local',
      retryable: true,
      effect: 'none',
      cause,
    });
  }
}
