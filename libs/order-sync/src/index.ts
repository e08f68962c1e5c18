export { AlreadySyncedError } from './errors/already-synced-error.js';
export { JournalUnavailableError } from './errors/journal-unavailable-error.js';
export { JournalUnreadableError } from './errors/journal-unreadable-error.js';
export { NothingToConfirmError } from './errors/nothing-to-confirm-error.js';
export { OrderSyncError } from './errors/order-sync-error.js';
export { RejectedElsewhereError } from './errors/rejected-elsewhere-error.js';
export { RepeatedUnknownError } from './errors/repeated-unknown-error.js';
export {
  SyncOutcomeUnknownError,
  type UnknownOutcome,
  type UnknownOutcomeMoment,
} from './errors/sync-outcome-unknown-error.js';
export type { Retention, Standing } from './journal.js';
export type { Look, OrderFacts, OrderLookup } from './look-up-order.js';
export type { JournalFault } from './order-journal.js';
export {
  createOrderSync,
  type OrderEvidence,
  type OrderHistory,
  type OrderSync,
  type OrderSyncOptions,
  type SyncedOrder,
  type SyncOptions,
} from './order-sync.js';
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
