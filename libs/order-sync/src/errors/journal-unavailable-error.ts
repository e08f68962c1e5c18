import { OrderSyncError } from './order-sync-error.js';

/**
 * The journal could not be read or written, so nothing was sent: without it nobody could tell afterwards. `cause` is the
 * store's error; only its code is repeated, since its message can name files of the machine.
 */
export class JournalUnavailableError extends OrderSyncError {
  override readonly name = 'JournalUnavailableError';
  readonly code = 'internal_error';

  /**
   * @param orderId undefined when all of it was asked for
   * @param detail what is wrong, in a few words
   */
  constructor(orderId: number | undefined, cause: unknown, detail: string | undefined = codeOf(cause)) {
    const reason = detail === undefined ? '' : ` (${detail})`;
    const message =
      orderId === undefined
        ? `The journal is not available${reason}.`
        : `The journal of order ${orderId} is not available${reason}; nothing was sent.`;
    super(message, {
      orderId,
      source: 'local',
      retryable: true,
      effect: 'none',
      cause,
    });
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}
