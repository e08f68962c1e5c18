import { isOrdersErrorCode, type OrdersErrorCode } from '@wemasy-orders/client';
import type { RecordedCaller, RejectedAttempt } from '../record.js';
import { OrderSyncError } from './order-sync-error.js';

/** Another process sent the order while this call waited for it, and the API rejected it: certainly without effect. */
export class RejectedElsewhereError extends OrderSyncError {
  override readonly name = 'RejectedElsewhereError';
  /** The code of the error that the other process saw. */
  readonly code: OrdersErrorCode;
  readonly rejectedAt: string;
  readonly by: RecordedCaller;

  constructor(orderId: number, { code, reason, message, endedAt, by }: RejectedAttempt) {
    super(`Order ${orderId} was sent by ${by.app} ${by.version} at the same time: ${reason}`, {
      orderId,
      source: 'upstream',
      retryable: false,
      effect: 'none',
      apiMessage: message,
    });
    // A later version may write codes that this one does not know.
    this.code = isOrdersErrorCode(code) ? code : 'upstream_error';
    this.rejectedAt = endedAt;
    this.by = by;
  }
}
