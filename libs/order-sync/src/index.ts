export {
  AlreadySyncedError,
  InvalidConfirmationError,
  JournalUnavailableError,
  JournalUnreadableError,
  OrderSyncError,
  RejectedByOtherProcessError,
  OutcomeNotRecordedError,
  RepeatedUnknownError,
  SyncOutcomeUnknownError,
  type UnknownOutcome,
  type UnknownOutcomeMoment,
  WriteRefusedError,
} from './errors.js';
export type { Retention } from './journal.js';
export { type FindJournal, type JournalAccess, journalAt, type JournalStore } from './journal-access.js';
export type { Look, OrderFacts, OrderLookup } from './look-up-order.js';
export { moveAttempts, type MoveAttemptsOptions } from './move-attempts.js';
export type { JournalWarning } from './journal-writer.js';
export type { OrderState } from './order-state.js';
export { createOrderSync, type OrderSyncOptions } from './order-sync.js';
export type { ProcessIdentity } from './process-identity.js';
export type {
  Attempt,
  Caller,
  RecordedCaller,
  RejectedAttempt,
  Resolution,
  SendingAttempt,
  SyncedAttempt,
  UnknownAttempt,
  Verdict,
} from './record.js';
export { recordedOrders } from './recorded-orders.js';
export { syncMany, type SyncManyOptions, type SyncOutcome, type SyncProgress } from './sync-many.js';
export type { OrderEvidence, OrderHistory, OrderSync, SyncedOrder, SyncOptions } from './types.js';
