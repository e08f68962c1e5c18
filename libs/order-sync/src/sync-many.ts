import { CancelledError, isOrdersError, type OrdersError } from '@wemasy-orders/client';
import { AlreadySyncedError } from './errors/already-synced-error.js';
import { RepeatedUnknownError } from './errors/repeated-unknown-error.js';
import { SyncOutcomeUnknownError } from './errors/sync-outcome-unknown-error.js';
import type { OrderSync, SyncedOrder, SyncOptions } from './order-sync.js';
import { tell } from './tell.js';

/** What became of one of many orders. */
export type SyncOutcome =
  | (SyncedOrder & { readonly outcome: 'synced' })
  /** It was in bookkeeping before; nothing was sent. */
  | { readonly outcome: 'already_synced'; readonly orderId: number; readonly error: AlreadySyncedError }
  /** The API decided against it; it had no effect. */
  | { readonly outcome: 'rejected'; readonly orderId: number; readonly error: OrdersError }
  /** It was sent, now or earlier, and somebody has to look what became of it. */
  | { readonly outcome: 'unknown'; readonly orderId: number; readonly error: OrdersError }
  /** It did not get as far as the API's decision; `error.retryable` says whether a later run may succeed. */
  | { readonly outcome: 'not_sent'; readonly orderId: number; readonly error: OrdersError };

/** What a run is doing. */
export type SyncProgress =
  | { readonly step: 'start'; readonly orderId: number; readonly done: number }
  | {
      readonly step: 'wait';
      readonly orderId: number;
      readonly done: number;
      /** Until there is budget again, in ms. */
      readonly expectedWaitMs: number;
    }
  | {
      readonly step: 'end';
      readonly orderId: number;
      /** How many orders have an outcome, this one among them. */
      readonly done: number;
      readonly outcome: SyncOutcome['outcome'];
    };

export interface SyncManyOptions extends Pick<SyncOptions, 'signal' | 'priority'> {
  /** What it throws is ignored. */
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
  /** Longest wait of each order for budget in ms; default: as long as it takes. */
  readonly maxWaitMs?: number | undefined;
  /**
   * After so many orders in a row whose outcome this run itself made unknown, it ends: an API in such a state would leave
   * every further order for a human to look up. Default 3.
   */
  readonly maxUnknownInRow?: number | undefined;
}

/**
 * Sends orders to bookkeeping one after the other, as fast as the allowance permits, and yields what became of each. A
 * failure does not stop the others. Run again after a crash, it goes on where it stopped: what is in bookkeeping comes
 * out as `already_synced`, what was under way as `unknown`.
 *
 * When the signal fires, the order under way is still waited for and yielded, and the run ends. Orders that are not
 * yielded were not sent.
 *
 * @throws {ConfigurationError} and, after yielding the order that met it:
 * @throws {AuthenticationError}
 * @throws {PermissionError}
 * @throws {JournalUnavailableError} since no further order could be sent either
 * @throws {RepeatedUnknownError} when outcomes get lost one after the other
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
    tell(onProgress, { step: 'start', orderId, done });
    const outcome = await syncOne(orderSync, orderId, {
      signal,
      priority,
      maxWaitMs,
      onWait: ({ expectedWaitMs }) => {
        tell(onProgress, { step: 'wait', orderId, done, expectedWaitMs });
      },
    });
    if (outcome === undefined) return;
    done += 1;
    tell(onProgress, { step: 'end', orderId, done, outcome: outcome.outcome });
    yield outcome;
    if ('error' in outcome && stopping.has(outcome.error.code)) throw outcome.error;
    if (isLostNow(outcome)) unknownInRow += 1;
    else if (outcome.outcome === 'synced' || outcome.outcome === 'rejected') unknownInRow = 0;
    if (unknownInRow >= maxUnknownInRow) throw new RepeatedUnknownError(orderId, unknownInRow);
  }
}

/** Faults that every further order would meet as well. */
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

function isLostNow(outcome: SyncOutcome): boolean {
  if (outcome.outcome !== 'unknown' || !(outcome.error instanceof SyncOutcomeUnknownError)) return false;
  return outcome.error.moment === 'now' || outcome.error.moment === 'meanwhile';
}
