import {
  CancelledError,
  isOrdersError,
  type OrderFilters,
  type OrdersLister,
  type UnreadableOrder,
  walkOrders,
  type WalkStep,
} from '@wemasy-orders/client';
import { createTotals, failureOf, type PersonalData } from '@wemasy-orders/presentation';
import type { Clock } from '@wemasy-orders/state';
import { type OrdersTable, summaryOf } from '../results/orders-table.js';
import type { ToolCall } from './tool.js';

export interface SummaryOptions {
  readonly client: OrdersLister;
  readonly filters: OrderFilters;
  /** Counts from 1; a summary that could not finish is carried on from there. */
  readonly firstPage: number;
  /** Orders a page. */
  readonly perPage: number;
  readonly personalData: PersonalData;
  /** How long it may keep reading pages, in ms. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  readonly call: Pick<ToolCall, 'signal' | 'progress'>;
}

/** Enough to name some of them. */
const mostUnreadable = 20;

/**
 * Counts and sums all matching orders, page by page, each order once. When the time or the allowance ends, or the API
 * fails, before the last page, the summary says how far it came and where to go on.
 *
 * @throws {OrdersError} when not even the first page could be read, or the caller cancels
 */
export async function summarize(options: SummaryOptions): Promise<OrdersTable> {
  const { client, filters, firstPage, perPage, personalData, maxWaitMs, clock, call } = options;
  const endsAt = clock.monotonic() + maxWaitMs;
  const totals = createTotals(personalData);
  const deadline = startDeadline(clock, maxWaitMs);
  const beforeDeadline = AbortSignal.any([call.signal, deadline.signal]);
  const unreadable: UnreadableOrder[] = [];
  let last: WalkStep | undefined;
  const walk = walkOrders({
    client,
    // As a walk sorts by itself, whatever the caller sorts by: an order that arrives meanwhile joins the end.
    filters: { ...filters, sortKey: undefined, sortOrder: undefined, per_page: perPage },
    fromPage: firstPage,
    call: () => ({
      signal: last === undefined ? call.signal : beforeDeadline,
      maxWaitMs: Math.max(0, endsAt - clock.monotonic()),
      onWait: (wait) => {
        call.progress.waits(wait);
      },
    }),
  });
  const summary = (lastStep: WalkStep, stopped?: string) =>
    summaryOf(totals.value(), {
      firstPage,
      lastStep,
      facts: walk.facts(),
      unreadable,
      personalData,
      stopped,
    });
  try {
    for await (const step of walk) {
      last = step;
      totals.add(step.orders);
      unreadable.push(...step.unreadable.slice(0, mostUnreadable - unreadable.length));
      // Clients drop a progress notification that arrives together with the result.
      if (step.page < step.lastPage) {
        call.progress.done(step.page - firstPage + 1, {
          total: step.lastPage - firstPage + 1,
          message: `read page ${step.page} of ${step.lastPage}`,
        });
      }
    }
    if (last === undefined) throw new TypeError('a walk reads one page at least');
    return summary(last);
  } catch (error) {
    if (last === undefined || call.signal.aborted || !isOrdersError(error)) throw error;
    const timeIsUp = error instanceof CancelledError;
    const reason = timeIsUp ? 'Time was up.' : failureOf(error, personalData).sentence;
    const rest =
      timeIsUp || error.retryable
        ? `For the rest, call again with summarize and page ${last.page + 1}, and add the sums.`
        : 'Calling again for the rest does not help.';
    return summary(last, `${reason} ${rest}`);
  } finally {
    deadline.clear();
  }
}

function startDeadline(clock: Clock, ms: number) {
  const controller = new AbortController();
  const clear = clock.setTimer(() => {
    controller.abort();
  }, ms);
  return { signal: controller.signal, clear };
}
