import {
  isOrdersError,
  isOrdersErrorCode,
  type OperationId,
  OrdersError,
  type OrdersErrorCode,
  type OrdersErrorFacts,
} from '@wemasy-orders/client';
import type { OrderState } from './order-state.js';
import type { RecordedCaller, RejectedAttempt, Resolution, SyncedAttempt, UnknownAttempt } from './record.js';

/** Whose answers these errors tell of, also those that the journal keeps. */
const operationId: OperationId = 'syncOrder';

/** What this library itself throws. It passes the client's errors on unchanged; `isOrdersError` recognises both. */
export abstract class OrderSyncError extends OrdersError {
  /** Undefined where the error is about the whole journal. */
  readonly orderId: number | undefined;

  constructor(message: string, orderId: number | undefined, facts: OrdersErrorFacts) {
    super(message, { ...facts, operationId });
    this.orderId = orderId;
  }
}

/** The order is already in bookkeeping: the API said so, or a human confirmed it. Only `resend` sends it again. */
export class AlreadySyncedError extends OrderSyncError {
  override readonly name = 'AlreadySyncedError';
  readonly code = 'already_synced';
  /** When it was sent, ISO 8601 in UTC. */
  readonly syncedAt: string;
  /** Which program sent it. */
  readonly by: RecordedCaller;
  /** Who confirmed it and when, if the API's answer was lost. */
  readonly confirmation: Resolution | undefined;
  /** Whether it was sent with a token other than this call's: an older one of the shop, or another shop's. */
  readonly hadOtherToken: boolean;

  /** @param token what names the token of this call, if known */
  constructor(orderId: number, attempt: SyncedAttempt | UnknownAttempt, token?: string) {
    const { by } = attempt;
    const hadOtherToken = token !== undefined && attempt.token !== undefined && attempt.token !== token;
    const answered = attempt.state === 'synced';
    const syncedAt = answered ? attempt.endedAt : attempt.startedAt;
    const confirmation = answered ? undefined : attempt.resolutions?.at(-1);
    const confirmed = confirmation === undefined ? '' : ` (confirmed at ${confirmation.at})`;
    super(
      `Order ${orderId} was sent to bookkeeping at ${syncedAt} by ${by.app} ${by.version}${confirmed}; ` +
        `it was not sent again.${hadOtherToken ? ' It was sent with another token than the present one.' : ''}`,
      orderId,
      {
        source: 'local',
        retryable: false,
        effect: 'none',
        apiMessage: answered ? attempt.message : undefined,
      },
    );
    this.syncedAt = syncedAt;
    this.by = by;
    this.confirmation = confirmation;
    this.hadOtherToken = hadOtherToken;
  }
}

/** The attempt whose outcome is unknown. */
export interface UnknownOutcome {
  readonly id: string;
  /** When it was sent, ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly by: RecordedCaller;
  /** What the API wrote, if it answered: untrusted text. */
  readonly message?: string;
}

/** Which process made the attempt, and when. */
export type UnknownOutcomeMoment =
  /** This call sent the order, and the answer was lost, late, unreadable or not conclusive. */
  | 'now'
  /** Another process sent the order while this call waited for it. */
  | 'meanwhile'
  /** The order was sent before this call, which sent nothing. */
  | 'before'
  /** Another process is sending the order, and this call was cancelled while it waited for the outcome. */
  | 'under_way';

/**
 * The order was sent, and whether it reached bookkeeping is not known. It is not sent again until a human has looked and
 * confirmed what is there, or asks for `resend`. `cause` is the error that hid the outcome, if this call saw it.
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
    const sent = moment === 'under_way' ? 'has been in flight since' : 'was sent at';
    const sender = moment === 'now' ? '' : ` by ${by.app} ${by.version} (process ${by.pid} on ${by.host})`;
    super(`Order ${orderId} ${sent} ${startedAt}${sender}; ${endings[moment]}`, orderId, {
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

const notKnown = 'whether it reached the books is not known';
const remedy =
  'Look for it in SnelStart, then confirm it as synced or not synced, or send it again on purpose with resend.';

const endings = {
  now: `${notKnown}. ${remedy}`,
  meanwhile: `${notKnown}. ${remedy}`,
  before: `${notKnown}, so it was not sent again. ${remedy}`,
  under_way: 'its outcome will be in the journal.',
} as const satisfies Record<UnknownOutcomeMoment, string>;

/**
 * The order did not get into the books: the API rejected it, or the request had no effect. But the journal could not be
 * written: until it can, other processes call the outcome unknown. This process keeps trying as long as it runs. Code and
 * facts are those of the failure, which is `cause`.
 */
export class OutcomeNotRecordedError extends OrderSyncError {
  override readonly name = 'OutcomeNotRecordedError';
  readonly code: OrdersErrorCode;
  override readonly cause: OrdersError;

  constructor(orderId: number, cause: OrdersError) {
    super(
      `${cause.message} The journal could not be written, so other processes call the outcome unknown until it is.`,
      orderId,
      cause,
    );
    this.code = cause.code;
    this.cause = cause;
  }
}

/** Another process sent the order while this call waited for it, and the API rejected it: it had no effect. */
export class RejectedByOtherProcessError extends OrderSyncError {
  override readonly name = 'RejectedByOtherProcessError';
  /** The code of the error that the other process saw. */
  readonly code: OrdersErrorCode;
  readonly rejectedAt: string;
  readonly by: RecordedCaller;

  constructor(orderId: number, { code, reason, message, endedAt, by }: RejectedAttempt) {
    super(`Order ${orderId} was sent by ${by.app} ${by.version} at the same time: ${reason}`, orderId, {
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

/** `confirm` of an order that has no attempt of unknown outcome; nothing was recorded. */
export class InvalidConfirmationError extends OrderSyncError {
  override readonly name = 'InvalidConfirmationError';
  readonly code = 'invalid_arguments';
  readonly state: OrderState['state'];

  constructor(orderId: number, state: OrderState['state']) {
    super(`There is nothing to confirm for order ${orderId}: ${situations[state]}.`, orderId, {
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
  sending: 'it is being sent right now',
  synced: 'the API said that it was synced',
  unknown: 'its outcome is unknown',
} as const satisfies Record<OrderState['state'], string>;

/**
 * The journal could not be read or written, so nothing was sent: without a journal a second attempt would go unnoticed.
 * `cause` is the store's error. The message repeats only its code, since the store's message can name files.
 */
export class JournalUnavailableError extends OrderSyncError {
  override readonly name = 'JournalUnavailableError';
  readonly code = 'internal_error';

  /**
   * @param orderId undefined where the error is about the whole journal
   * @param detail what is wrong, in a few words
   */
  constructor(orderId: number | undefined, cause: unknown, detail: string | undefined = codeOf(cause)) {
    const reason = detail === undefined ? '' : ` (${detail})`;
    const message =
      orderId === undefined
        ? `The journal is not available${reason}.`
        : `The journal of order ${orderId} is not available${reason}; nothing was sent.`;
    super(message, orderId, { source: 'local', retryable: true, effect: 'none', cause });
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

/**
 * No order may be sent until a person has decided, since it is not certain that the journal at hand has all that was sent.
 * Nothing was sent; reading still works.
 */
export class WriteRefusedError extends OrderSyncError {
  override readonly name = 'WriteRefusedError';
  readonly code = 'configuration_error';
  /** What is wrong, in a sentence. */
  readonly reason: string;
  /** What was expected, what was found, and what to do: a sentence each. */
  readonly details: readonly string[];

  constructor(reason: string, details: readonly string[]) {
    super([reason, ...details].join(' '), undefined, { source: 'local', retryable: false, effect: 'none' });
    this.reason = reason;
    this.details = details;
  }
}

/** The store says that it may lose what was written durably. */
export function notDurableRefusal({ message }: Error): WriteRefusedError {
  return new WriteRefusedError('Nothing was sent: the store of the journal may forget what was sent.', [
    message,
    'Let it keep its records on disk, without evicting any, or keep the state in a folder.',
  ]);
}

/**
 * The order has a record that this program cannot read, so it may have been sent. It was not sent now, and `resend` does
 * not send it either. A human who has looked can confirm what is in the books; a record of a newer version of the program
 * needs that version.
 */
export class JournalUnreadableError extends OrderSyncError {
  override readonly name = 'JournalUnreadableError';
  readonly code = 'outcome_unknown';

  /** @param record `newer`: a newer version of the program wrote it */
  constructor(orderId: number, { reason, newer }: { readonly reason: string; readonly newer: boolean }) {
    super(
      `The journal of order ${orderId} cannot be read: ${reason}. The order may have been sent; it was not sent now. ` +
        (newer ? 'Use that version.' : 'Look for it in SnelStart, then confirm it as synced or not synced.'),
      orderId,
      { source: 'local', retryable: false, effect: 'unknown' },
    );
  }
}

/**
 * Several orders in a row were sent, and their outcomes are unknown: the API or the connection is broken. The run ended
 * so that it does not leave more orders to look up by hand.
 */
export class RepeatedUnknownError extends OrderSyncError {
  override readonly name = 'RepeatedUnknownError';
  readonly code = 'outcome_unknown';
  /** How many orders in a row; the last one is `orderId`. */
  readonly inRow: number;

  constructor(orderId: number, inRow: number) {
    super(
      `The outcome of ${inRow} orders in a row is unknown, so no further order was sent. ` +
        'Check the API and the connection, and look these orders up in SnelStart.',
      orderId,
      { source: 'local', retryable: false, effect: 'unknown' },
    );
    this.inRow = inRow;
  }
}
