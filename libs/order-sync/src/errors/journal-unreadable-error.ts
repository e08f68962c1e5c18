import { OrderSyncError } from './order-sync-error.js';

/**
 * There is a record of the order that this program cannot read, so the order may have been sent; it was not sent now, and
 * `resend` does not send it either. A human who has looked can confirm what is in the books; where a newer version of the
 * program wrote the record, only that version can.
 */
export class JournalUnreadableError extends OrderSyncError {
  override readonly name = 'JournalUnreadableError';
  readonly code = 'outcome_unknown';

  constructor(orderId: number, reason: string, remedy: 'confirm' | 'update') {
    super(
      `The journal of order ${orderId} cannot be read: ${reason}. The order may have been sent; it was not sent now. ` +
        (remedy === 'confirm'
          ? 'Look for it in SnelStart, then confirm it as synced or not synced.'
          : 'Use that version.'),
      { orderId, source: 'local', retryable: false, effect: 'unknown' },
    );
  }
}
