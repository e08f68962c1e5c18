import type { OrdersErrorCode } from '@wemasy-orders/client';
import type { RecordedCaller, RejectedAttempt } from '../record.js';
import { OrderSyncError } from './order-sync-error.js';

const codes: Readonly<Record<OrdersErrorCode, true>> = {
  invalid_arguments: true,
  configuration_error: true,
  authentication_failed: true,
  permission_denied: true,
  validation_failed: true,
  rate_limited: true,
  upstream_error: true,
  upstream_timeout: true,
  network_error: true,
  unexpected_response: true,
  outcome_unknown: true,
  cancelled: true,
};

function isCode(text: string): text is OrdersErrorCode {
  return Object.hasOwn(codes, text);
}

/** Another process sent the order while this call waited for it, and the API rejected it: certainly without effect. */
export class RejectedElsewhereError extends OrderSyncError {
  override readonly name = 'RejectedElsewhereError';
  /** The code of the error that the other process saw. */
  readonly code: OrdersErrorCode;
  readonly rejectedAt: string;
  readonly by: RecordedCaller;
  /** What the API wrote: untrusted text. */
  readonly apiMessage: string | undefined;

  constructor(orderId: number, { code, reason, message, endedAt, by }: RejectedAttempt) {
    super(`Order ${orderId} was sent by ${by.app} ${by.version} at the same time: ${reason}`, {
      orderId,
      source: 'upstream',
      retryable: false,
      effect: 'none',
    });
    // A later version may write codes that this one does not know.
    this.code = isCode(code) ? code : 'upstream_error';
    this.rejectedAt = endedAt;
    this.by = by;
    this.apiMessage = message;
  }
}
