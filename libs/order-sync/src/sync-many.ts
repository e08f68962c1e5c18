import { CancelledError, isOrdersError, type OrdersError } from '@wemasy-orders/client';
import { notify } from '@wemasy-orders/state';
import { AlreadySyncedError, RepeatedUnknownError, SyncOutcomeUnknownError } from './errors.js';
import type { OrderSync, SyncedOrder, SyncOptions } from './types.js';

/** What became of one of many orders. */
export type SyncOutcome =
  | (SyncedOrder & { readonly outcome: 'synced' })
  /** It was already in bookkeeping; nothing was sent. */
  | { readonly outcome: 'already_synced'; readonly orderId: number; readonly error: AlreadySyncedError }
  /** The API rejected it; it had no effect. */
  | { readonly outcome: 'rejected'; readonly orderId: number; readonly error: OrdersError }
  /** It was sent, now or earlier, and a human has to look up its outcome. */
  | { readonly outcome: 'unknown'; readonly orderId: number; readonly error: OrdersError }
  /** It did not reach the API's decision; `error.retryable` says whether a later run may succeed. */
  | { readonly outcome: 'not_sent'; readonly orderId: number; readonly error: OrdersError };

/** What a run is doing. */
export type SyncProgress =
  | { readonly step: 'start'; readonly orderId: number; readonly done: number }
  | {
      readonly step: 'wait';
      readonly orderId: number;
      readonly done: number;
      /** Until the next permit, in ms. */
      readonly expectedWaitMs: number;
    }
  | {
      readonly step: 'end';
      readonly orderId: number;
      /** How many orders have an outcome, including this one. */
      readonly done: number;
      readonly outcome: SyncOutcome['outcome'];
    };

export interface SyncManyOptions extends Pick<SyncOptions, 'signal' | 'priority'> {
  /** What it throws is ignored. */
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
  /** Longest wait of each order for a permit in ms; default: unlimited. */
  readonly maxWaitMs?: number | undefined;
  /**
   * The run ends after this many orders in a row whose outcome it lost: such an API would leave every further order for a
   * human to look up. Default 3.
   */
  readonly maxUnknownInRow?: number | undefined;
}

/**
 * Sends orders to bookkeeping one after the other, as fast as the allowance permits, and yields the outcome of each. A
 * failure does not stop the others. After a crash, a new run continues: what is in bookkeeping comes out as
 * `already_synced`, what was in flight as `unknown`.
 *
 * When the signal aborts, the order in flight is awaited and yielded, and the run ends. Orders that are not yielded were
 * not sent.
 *
 * @throws {ConfigurationError} and the following, each after yielding the order that met it:
 * @throws {AuthenticationError}
 * @throws {PermissionError}
 * @throws {JournalUnavailableError} since no further order could be sent either
 * @throws {RepeatedUnknownError} when too many outcomes in a row are unknown
 */
export async function* syncMany(
  orderSync: Pick<OrderSync, 'sync'>,
  orderIds: Iterable<number> | AsyncIterable<number>,
  options: SyncManyOptions = {},
): AsyncGenerator<SyncOutcome, void, undefined> {
  const { signal, priority, onProgress } = options;
  const maxWaitMs = options.maxWaitMs ?? Number.POSITIVE_INFINITY;
  const maxUnknownInRow = options.maxUnknownInRow ?? 3;
  let done = 0;
  let unknownInRow = 0;
  for await (const orderId of orderIds) {
    if (signal?.aborted) return;
    notify(onProgress, { step: 'start', orderId, done });
    const outcome = await syncOne(orderSync, orderId, {
      signal,
      priority,
      maxWaitMs,
      onWait: ({ expectedWaitMs }) => {
        notify(onProgress, { step: 'wait', orderId, done, expectedWaitMs });
      },
    });
    if (outcome === undefined) return;
    done += 1;
    notify(onProgress, { step: 'end', orderId, done, outcome: outcome.outcome });
    yield outcome;
    const error = 'error' in outcome ? outcome.error : undefined;
    if (error !== undefined && stopping.has(error.code)) throw error;
    if (isLostNow(error)) unknownInRow += 1;
    else if (outcome.outcome === 'synced' || outcome.outcome === 'rejected') unknownInRow = 0;
    if (unknownInRow >= maxUnknownInRow) throw new RepeatedUnknownError(orderId, unknownInRow);
  }
}

/** Codes of errors that every further order would meet as well. */
const stopping: ReadonlySet<string> = new Set([
  'configuration_error',
  'authentication_failed',
  'permission_denied',
  'internal_error',
]);

/** @returns undefined when the run was cancelled before the order was sent */
async function syncOne(
  orderSync: Pick<OrderSync, 'sync'>,
  orderId: number,
  options: SyncOptions,
): Promise<SyncOutcome | undefined> {
  try {
    return { ...(await orderSync.sync(orderId, options)), outcome: 'synced' };
  } catch (error) {
    if (error instanceof CancelledError) return undefined;
    if (error instanceof AlreadySyncedError) return { outcome: 'already_synced', orderId, error };
    if (!isOrdersError(error)) throw error;
    if (error.code === 'outcome_unknown') return { outcome: 'unknown', orderId, error };
    const decided = error.source === 'upstream' && error.code !== 'rate_limited';
    return { outcome: decided ? 'rejected' : 'not_sent', orderId, error };
  }
}

function isLostNow(error: OrdersError | undefined): boolean {
  return error instanceof SyncOutcomeUnknownError && (error.moment === 'now' || error.moment === 'meanwhile');
}
