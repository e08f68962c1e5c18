import { OrderSyncError } from './order-sync-error.js';

/**
 * Several orders in a row were sent and their outcomes are not known: something is wrong with the API or the way to it.
 * The run ended so that it does not leave more orders to be looked up by hand.
 */
export class RepeatedUnknownError extends OrderSyncError {
  override readonly name = 'RepeatedUnknownError';
  readonly code = 'outcome_unknown';
  /** How many orders in a row, the last of which is `orderId`. */
  readonly inRow: number;

  constructor(orderId: number, inRow: number) {
    super(
      `The outcome of ${inRow} orders in a row is not known, so no further order was sent. ` +
        'See to the API or the connection, and look these orders up in SnelStart.',
      { orderId, source: 'local', retryable: false, effect: 'unknown' },
    );
    this.inRow = inRow;
  }
}
