import { OrdersError } from '@wemasy-orders/client';

/** The caller was not granted what the tool needs. */
export class NotPermittedError extends OrdersError {
  override readonly name = 'NotPermittedError';
  readonly code = 'permission_denied';
  /** What to do about it. */
  readonly next =
    'Ask the user to connect this server again and to allow it; calling again before that does not help.';

  constructor(tool: string) {
    super(`The user has not allowed this assistant to use ${tool}.`, {
      source: 'local',
      retryable: false,
      effect: 'none',
    });
  }
}
