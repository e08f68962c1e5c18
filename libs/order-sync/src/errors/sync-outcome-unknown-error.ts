import { isOrdersError } from '@wemasy-orders/client';
import type { RecordedCaller } from '../record.js';
import { OrderSyncError } from './order-sync-error.js';

/** The attempt of which the outcome is not known. */
export interface UnknownOutcome {
  readonly id: string;
  /** When it was sent, ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly by: RecordedCaller;
  /** What the API wrote, where it answered: untrusted text. */
  readonly message?: string;
}

/** Whose attempt it is, and when. */
export type UnknownOutcomeMoment =
  /** This call sent it, and the answer was lost, late, unreadable or says too little. */
  | 'now'
  /** Another process sent it while this call waited for the same order. */
  | 'meanwhile'
  /** It was sent before this call, which sent nothing. */
  | 'before'
  /** Another process is sending it, and this call was cancelled while it waited for the outcome. */
  | 'under_way';

/**
 * The order was sent and it cannot be told whether it reached the books. It is not sent again before somebody has looked
 * and confirmed what is there, or says `resend`. `cause` is the error that hid the outcome, where this call saw it.
 */
export class SyncOutcomeUnknownError extends OrderSyncError {
  override readonly name = 'SyncOutcomeUnknownError';
  readonly code = 'outcome_unknown';
  readonly moment: UnknownOutcomeMoment;
  readonly attempt: UnknownOutcome;

  constructor(
    orderId: number,
    moment: UnknownOutcomeMoment,
    { id, startedAt, by, message }: UnknownOutcome,
    cause?: unknown,
  ) {
    const what = `Order ${orderId} ${moment === 'under_way' ? 'is being sent since' : 'was sent at'} ${startedAt}`;
    const who = moment === 'now' ? '' : ` by ${by.app} ${by.version} (process ${by.pid} on ${by.host})`;
    super(`${what}${who}${endings[moment]}`, {
      orderId,
      source: isOrdersError(cause) ? cause.source : 'local',
      retryable: false,
      effect: 'unknown',
      apiMessage: message,
      ...(cause === undefined ? {} : { cause }),
    });
    this.moment = moment;
    this.attempt = { id, startedAt, by };
  }
}

const remedy =
  'Look for it in SnelStart, then confirm it as synced or not synced, or send it again on purpose with resend.';

const endings = {
  now: ` and it is not known whether it reached the books. ${remedy}`,
  meanwhile: ` and it is not known whether it reached the books. ${remedy}`,
  before: ` and it is not known whether it reached the books; it was not sent again. ${remedy}`,
  under_way: '; its outcome will be in the journal.',
} as const satisfies Record<UnknownOutcomeMoment, string>;
