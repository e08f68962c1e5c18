import {
  CancelledError,
  isOrdersError,
  type OrderFilters,
  type OrderPage,
  type OrdersClient,
} from '@wemasy-orders/client';
import { createTotals, failureOf } from '@wemasy-orders/presentation';
import type { Clock } from '@wemasy-orders/state';
import { type OrdersTable, summaryOf } from '../results/orders-table.js';
import type { ToolCall } from './tool.js';

export interface SummaryOptions {
  readonly client: Pick<OrdersClient, 'list'>;
  readonly filters: OrderFilters;
  /** Counts from 1; a summary that could not finish is carried on from there. */
  readonly firstPage: number;
  /** Orders a page. */
  readonly perPage: number;
  /** How long it may keep reading pages, in ms. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  readonly call: ToolCall;
}

/**
 * Counts and sums all matching orders, page by page, each order once. When time or budget ends, or the API fails, before
 * the last page, it says how far it came.
 *
 * @throws {OrdersError} when not even the first page could be read, or the caller cancels
 */
export async function summarize(options: SummaryOptions): Promise<OrdersTable> {
  const { client, filters, firstPage, perPage, maxWaitMs, clock, call } = options;
  const endsAt = clock.monotonic() + maxWaitMs;
  const totals = createTotals();
  const seen = new Set<number>();

  async function read(page: number, signal: AbortSignal): Promise<OrderPage> {
    const answer = await client.list(
      // Oldest first: an order that arrives meanwhile comes last and shifts none from one page to the next.
      { ...filters, sortKey: 'created_at', sortOrder: 'asc', per_page: perPage, page },
      {
        signal,
        maxWaitMs: Math.max(0, endsAt - clock.monotonic()),
        onWait: (wait) => {
          call.progress.waits(wait);
        },
      },
    );
    const fresh = answer.data.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    totals.add(fresh);
    // What is said together with the result is lost on the way.
    if (page < answer.last_page) {
      call.progress.done(page - firstPage + 1, {
        total: answer.last_page - firstPage + 1,
        message: `read page ${page} of ${answer.last_page}`,
      });
    }
    return answer;
  }

  const summary = (lastPageRead: OrderPage, stopped?: string) =>
    summaryOf(totals.value(), {
      firstPage,
      lastPageRead,
      ordersRead: seen.size,
      ...(stopped === undefined ? {} : { stopped }),
    });

  let page = firstPage;
  let last = await read(page, call.signal);
  if (page >= last.last_page) return summary(last);
  const deadline = startDeadline(clock, endsAt - clock.monotonic());
  try {
    const signal = AbortSignal.any([call.signal, deadline.signal]);
    for (; page < last.last_page; page += 1) last = await read(page + 1, signal);
    return summary(last);
  } catch (error) {
    if (call.signal.aborted || !isOrdersError(error)) throw error;
    const timeWasUp = error instanceof CancelledError;
    const reason = timeWasUp ? 'Time was up.' : failureOf(error).sentence;
    const rest =
      timeWasUp || error.retryable
        ? `For the rest, call again with summarize and page ${page + 1}, and add the sums.`
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
