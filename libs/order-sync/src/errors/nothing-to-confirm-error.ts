import type { Standing } from '../journal.js';
import { OrderSyncError } from './order-sync-error.js';

/** No attempt of the order has an unknown outcome that a human could settle; nothing was recorded. */
export class NothingToConfirmError extends OrderSyncError {
  override readonly name = 'NothingToConfirmError';
  readonly code = 'invalid_arguments';
  readonly state: Standing['state'];

  constructor(orderId: number, state: Standing['state']) {
    super(`There is nothing to confirm of order ${orderId}: ${situations[state]}.`, {
      orderId,
      source: 'local',
      retryable: state === 'sending',
      effect: 'none',
    });
    this.state = state;
  }
}

const situations = {
  not_sent: 'it was never sent',
  rejected: 'the API rejected it',
  sending: 'it is being sent at this moment',
  synced: 'the API said that it was synced',
  unknown: 'its outcome is unknown',
} as const satisfies Record<Standing['state'], string>;
