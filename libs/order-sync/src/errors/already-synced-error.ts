import type { RecordedCaller, Resolution, SyncedAttempt, UnknownAttempt } from '../record.js';
import { OrderSyncError } from './order-sync-error.js';

/**
 * The order is in bookkeeping already, as the API said or as a human confirmed; it was not sent again. Only `resend`
 * sends it once more.
 */
export class AlreadySyncedError extends OrderSyncError {
  override readonly name = 'AlreadySyncedError';
  readonly code = 'already_synced';
  /** When it was sent, ISO 8601 in UTC. */
  readonly syncedAt: string;
  /** Who sent it. */
  readonly by: RecordedCaller;
  /** Who confirmed it, and when, where the API's answer was lost. */
  readonly confirmation: Resolution | undefined;

  constructor(orderId: number, attempt: SyncedAttempt | UnknownAttempt) {
    const { by } = attempt;
    const said = attempt.state === 'synced';
    const syncedAt = said ? attempt.endedAt : attempt.startedAt;
    const confirmation = said ? undefined : attempt.resolutions?.at(-1);
    super(
      `Order ${orderId} was sent to bookkeeping at ${syncedAt} by ${by.app} ${by.version}` +
        `${confirmation === undefined ? '' : `, as was confirmed at ${confirmation.at}`}; it was not sent again.`,
      {
        orderId,
        source: 'local',
        retryable: false,
        effect: 'none',
        // Absent where a human confirmed it.
        apiMessage: said ? attempt.message : undefined,
      },
    );
    this.syncedAt = syncedAt;
    this.by = by;
    this.confirmation = confirmation;
  }
}
