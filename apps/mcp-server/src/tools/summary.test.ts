import type * as testingModule from '@wemasy-orders/client/testing';
import type * as operationsModule from '@wemasy-orders/client/operations';
import {
  CancelledError,
  type Order,
  type OrderFilters,
  type OrdersLister,
  RateLimitedError,
  UnexpectedResponseError,
  UpstreamError,
} from '@wemasy-orders/client';
import { orderPage } from '@wemasy-orders/client/testing';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it, vi } from 'vitest';
import { summarize } from './summary.js';
import type { Progress } from './progress.js';

vi.mock('@wemasy-orders/client/operations', async (importOriginal) => {
  const { operationsWithUsualMarks } = await vi.importActual<typeof testingModule>(
    '@wemasy-orders/client/testing',
  );
  const { operations, ...others } = await importOriginal<typeof operationsModule>();
  return { ...others, operations: operationsWithUsualMarks(operations) };
});

type List = OrdersLister['list'];

const order = (id: number): Order => ({ id, status: id % 2 === 0 ? 'paid' : 'on_hold', total: '0.10' });
const orders = (count: number) => Array.from({ length: count }, (_, at) => order(at + 1));

/** A shop whose orders are read by pages of ten; `before` may change it, or fail, before a page is answered. */
function shop(all: Order[], before: (page: number, shop: Order[]) => void | Promise<void> = () => undefined) {
  const asked: (OrderFilters & { page?: number | undefined })[] = [];
  const list: List = async (filters = {}, call) => {
    asked.push(filters);
    const page = filters.page ?? 1;
    await before(page, all);
    if (call?.signal?.aborted) throw new CancelledError('unknown');
    return orderPage(all.slice((page - 1) * 10, page * 10), { page, perPage: 10, total: all.length }).data;
  };
  return { asked, list };
}

const quiet: Progress = { waits: () => undefined, done: () => undefined };

function summaryOf(
  { list }: { list: List },
  options: { signal?: AbortSignal; firstPage?: number; filters?: OrderFilters; progress?: Progress } = {},
  clock = createVirtualClock(),
) {
  const { signal = new AbortController().signal, firstPage = 1, filters = {}, progress = quiet } = options;
  return summarize({
    client: { list },
    filters,
    firstPage,
    perPage: 10,
    personalData: 'names',
    maxWaitMs: 45_000,
    clock,
    call: { signal, progress },
  });
}

describe('a summary', () => {
  it('covers all pages, and says on the way how many are read', async () => {
    const said: unknown[] = [];
    const progress: Progress = {
      ...quiet,
      done: (requests, of) => said.push([requests, of.total, of.message]),
    };
    const table = await summaryOf(shop(orders(25)), { progress });
    expect(table).toMatchObject({
      totals: { on_hold: { count: 13, sum: '1.3' }, paid: { count: 12, sum: '1.2' } },
      totals_scope: 'all',
      has_more: false,
      total: 25,
    });
    expect(table.note).toBeUndefined();
    expect(said).toEqual([
      [1, 3, 'read page 1 of 3'],
      [2, 3, 'read page 2 of 3'],
    ]);
  });

  it('reads oldest first, whatever order was asked for', async () => {
    const { asked, list } = shop(orders(3));
    await summaryOf({ list }, { filters: { sortKey: 'status', sortOrder: 'desc', status: 'paid' } });
    expect(asked).toEqual([
      { sortKey: 'created_at', sortOrder: 'asc', status: 'paid', per_page: 10, page: 1 },
    ]);
  });

  it('of nothing is complete', async () => {
    const table = await summaryOf(shop([]));
    expect(table).toMatchObject({ totals: {}, totals_scope: 'all', total: 0, last_page: 1, has_more: false });
    expect(table.note).toBeUndefined();
  });

  it('counts an order that arrives meanwhile', async () => {
    const table = await summaryOf(
      shop(orders(20), (page, all) => {
        if (page === 2) all.push(order(21));
      }),
    );
    expect(table).toMatchObject({ total: 21, last_page: 3, totals_scope: 'all' });
    expect(table.totals['on_hold']?.count).toBe(11);
    expect(table.note).toBeUndefined();
  });

  it('counts no order twice that shifts to the next page', async () => {
    const table = await summaryOf(
      shop(orders(20), (page, all) => {
        if (page === 2) all.unshift(order(30));
      }),
    );
    expect(table.totals['paid']?.count).toBe(10);
    expect(table.note).toBe(
      '20 orders read; the API counts 21. Up to 1 order may be missing. 1 order came again and is counted once.',
    );
  });

  it.each([
    [new RateLimitedError('local', 40), 'The allowance for this operation is used up for the next 40 s'],
    [new UpstreamError({ status: 502 }), 'The API failed with status 502.'],
  ])('that the API stops says how far it came, why, and how to go on', async (error, reason) => {
    const table = await summaryOf(
      shop(orders(25), (page) => {
        if (page === 3) throw error;
      }),
    );
    expect(table).toMatchObject({ page: 2, last_page: 3, has_more: true, totals_scope: 'page' });
    expect(table.note).toContain(
      'Sums cover pages 1 to 2 of 3. 20 orders read; the API counts 25. Not every page was read.',
    );
    expect(table.note).toContain(reason);
    expect(table.note).toContain('call again with summarize and page 3, and add the sums.');
  });

  it('that cannot be carried on does not say that it can', async () => {
    const stopped = shop(orders(25), (page) => {
      if (page === 2) throw new UnexpectedResponseError('wrong_page');
    });
    const { note, has_more } = await summaryOf(stopped);
    expect(note).toBe(
      'Sums cover pages 1 to 1 of 3. 10 orders read; the API counts 25. Not every page was read. The API answered with another page than the one asked for. ' +
        'Calling again for the rest does not help.',
    );
    expect(has_more).toBe(true);
    expect(stopped.asked).toHaveLength(2);
  });

  it('can be carried on from a page', async () => {
    const table = await summaryOf(shop(orders(25)), { firstPage: 3 });
    expect(table).toMatchObject({ page: 3, has_more: false, totals_scope: 'page' });
    expect(table.totals['on_hold']?.count).toBe(3);
    expect(table.note).toBe(
      'Sums cover pages 3 to 3 of 3. 5 orders read; the API counts 25. The pages before the first one read are not included.',
    );
  });

  it('beyond the last page says that it is there', async () => {
    const table = await summaryOf(shop(orders(25)), { firstPage: 9 });
    expect(table).toMatchObject({ totals: {}, totals_scope: 'page', has_more: false });
    expect(table.note).toBe('This page is beyond the last one, 3.');
  });

  it('is given up when its time is over, in the middle of a page', async () => {
    const clock = createVirtualClock();
    const summary = summaryOf(
      shop(orders(25), (page) => {
        const ms = page === 1 ? 30_000 : 60_000;
        return new Promise((resolve) => void clock.setTimer(resolve, ms));
      }),
      {},
      clock,
    );
    await clock.advance(90_000);
    const { note } = await summary;
    expect(note).toMatch(/^Sums cover pages 1 to 1 of 3\. 10 orders read; .* Time was up\. .* page 2/);
    expect(clock.timers().waiting).toBe(0);
  });

  it('has nothing to say when the first page cannot be read', async () => {
    const error = new UpstreamError({ status: 502 });
    const failing = shop(orders(25), () => {
      throw error;
    });
    await expect(summaryOf(failing)).rejects.toBe(error);
  });

  it('is over when the caller cancels', async () => {
    const controller = new AbortController();
    const cancelled = shop(orders(25), (page) => {
      if (page === 2) controller.abort();
    });
    await expect(summaryOf(cancelled, { signal: controller.signal })).rejects.toBeInstanceOf(CancelledError);
  });
});
