import type { OrderLookup } from './look-up-order.js';
import type { OrderState } from './order-state.js';
import type { Attempt, Verdict } from './record.js';

export interface SyncOptions {
  /** Send the order although it was sent before, or may have been. */
  readonly resend?: boolean | undefined;
  /** Cancels until the request is sent; after that the outcome is awaited. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for a permit in ms; default: the client's. */
  readonly maxWaitMs?: number | undefined;
  /** Called when the call has to wait for a permit; what it throws is ignored. */
  readonly onWait?: ((wait: { readonly expectedWaitMs: number }) => void) | undefined;
  /** A `background` call leaves room for interactive ones; default `interactive`. */
  readonly priority?: 'interactive' | 'background' | undefined;
}

/** The order is in bookkeeping, as the API said. */
export interface SyncedOrder {
  readonly orderId: number;
  /** What the API wrote: untrusted text. */
  readonly message: string;
  /** ISO 8601 in UTC. */
  readonly syncedAt: string;
  /**
   * False when the journal could not be written yet: other processes call the outcome unknown until it is. This process
   * keeps trying as long as it runs.
   */
  readonly recorded: boolean;
}

/** What the journal knows about an order. */
export interface OrderHistory {
  readonly orderId: number;
  readonly state: OrderState['state'];
  /** One for each request that may have left, oldest first. */
  readonly attempts: readonly Attempt[];
}

/** What can be found out about an order without sending it. Nothing is concluded from it. */
export interface OrderEvidence {
  readonly journal: OrderHistory;
  readonly api: OrderLookup;
}

export interface OrderSync {
  /**
   * Sends an order to bookkeeping, unless it was sent before. Calls for one order at the same time, in this process and
   * in others on the same store, send it once and share the outcome.
   *
   * @param orderId the order's `id`, not its order_number
   * @throws {AlreadySyncedError} when it is already in bookkeeping
   * @throws {SyncOutcomeUnknownError} when it was sent, now or earlier, and the outcome is unknown
   * @throws {JournalUnreadableError} when its record cannot be read
   * @throws {JournalUnavailableError} when the journal fails before anything was sent
   * @throws {WriteRefusedError} when it is not certain that this journal has all that was sent
   * @throws {OutcomeNotRecordedError} when it was not synced and the journal could not be written
   * @throws {RejectedByOtherProcessError} when another process sent it meanwhile and the API rejected it
   * @throws {OrdersError} the client's, when the call certainly had no effect; `CancelledError` only when nothing was sent
   */
  sync(orderId: number, options?: SyncOptions): Promise<SyncedOrder>;
  /**
   * What the journal and the API say about an order now, for a human who has to find out its outcome.
   *
   * @throws {OrdersError} when the API cannot be asked
   */
  check(orderId: number, options?: { readonly signal?: AbortSignal | undefined }): Promise<OrderEvidence>;
  /**
   * Records what a human found in bookkeeping about an order of unknown outcome. The opposite verdict corrects it later.
   *
   * @throws {InvalidConfirmationError} when no attempt has an unknown outcome
   */
  confirm(orderId: number, verdict: Verdict): Promise<OrderHistory>;
  history(orderId: number): Promise<OrderHistory>;
  /**
   * Waits for the requests in flight and for their outcomes to be written. A process calls it before it ends, after it
   * has cancelled what still waits. Never rejects.
   */
  settle(): Promise<void>;
}
