import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadPage } from './drift.js';
import { CancelledError, InvalidArgumentsError, UpstreamError, ValidationFailedError } from './errors.js';
import { orderPage } from './testing/index.js';
import type { OrderFilters, OrdersLister } from './types.js';
import type { WalkFacts } from './walk-facts.js';
import { type OrdersWalk, walkOrders, type WalkOptions, type WalkStep } from './walk-orders.js';

type Asked = OrderFilters & { readonly page?: number | undefined };

/** A client whose pages a test makes up, one request at a time. */
function clientOf(answer: (asked: { page: number; perPage: number }, at: number) => ReadPage) {
  const asked: Asked[] = [];
  const client: OrdersLister = {
    list: (filters = {}, call) => {
      const { page = 1, per_page: perPage } = filters;
      if (call?.signal?.aborted === true) return Promise.reject(new CancelledError('none'));
      try {
        return Promise.resolve(answer({ page, perPage: perPage ?? 10 }, asked.push(filters) - 1));
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
  return { client, asked };
}

/** Pages as written, whatever is asked for. */
const scripted = (pages: readonly (readonly number[])[], totals: number | readonly number[], perPage = 3) =>
  clientOf(({ page }) => {
    const orders = (pages[page - 1] ?? []).map((id) => ({ id }));
    const total = typeof totals === 'number' ? totals : (totals[page - 1] ?? 0);
    return { ...orderPage(orders, { page, perPage, total }).data, last_page: pages.length };
  });

async function read(walk: OrdersWalk): Promise<{ ids: number[]; facts: WalkFacts }> {
  const ids: number[] = [];
  for await (const { orders } of walk) ids.push(...orders.map(({ id }) => id));
  return { ids, facts: walk.facts() };
}

const walkOver = ({ client }: ReturnType<typeof clientOf>, options: Partial<WalkOptions> = {}) =>
  read(walkOrders({ client, ...options }));

describe('a walk over the orders', () => {
  it('asks for large pages, oldest first', async () => {
    const shop = scripted([[1]], 1);
    await walkOver(shop, { filters: { status: 'paid' } });
    expect(shop.asked).toEqual([
      { status: 'paid', per_page: 100, sortKey: 'created_at', sortOrder: 'asc', page: 1 },
    ]);
  });

  it('sorts and pages as the caller says', async () => {
    const shop = scripted([[1]], 1);
    await walkOver(shop, { filters: { sortKey: 'total_amount', per_page: 7 } });
    expect(shop.asked).toEqual([{ sortKey: 'total_amount', per_page: 7, page: 1 }]);
  });

  it('is complete when one answer holds everything', async () => {
    expect(await walkOver(scripted([[1, 2, 3]], 3))).toEqual({
      ids: [1, 2, 3],
      facts: {
        read: 3,
        counted: 3,
        repeated: 0,
        possiblyMissed: 0,
        unreadable: 0,
        pages: 1,
        coverage: 'complete',
        doubts: [],
        drift: [],
      },
    });
  });

  it('only adds up when several pages do, since the API takes no snapshot', async () => {
    const { facts } = await walkOver(scripted([[1, 2, 3], [4]], 4));
    expect(facts).toMatchObject({ read: 4, counted: 4, coverage: 'adds_up', doubts: [] });
  });

  it.each([
    [
      'an order comes again two pages later',
      [
        [1, 2, 3],
        [4, 5, 6],
        [1, 7, 8],
      ],
      9,
      8,
      1,
      ['shortfall'],
    ],
    ['an order is twice on one page', [[1, 1, 2]], 3, 2, 1, ['shortfall']],
    ['a page is cut short', [[1, 2, 3], [4], [7, 8, 9]], 9, 7, 0, ['shortfall']],
    ['a page in the middle is empty', [[1, 2, 3], [], [7, 8, 9]], 9, 6, 0, ['shortfall']],
    ['the count is too small', [[1, 2, 3], [4]], 2, 4, 0, ['surplus']],
    [
      'the list shrinks between pages',
      [
        [1, 2, 3],
        [5, 6],
      ],
      [6, 5],
      5,
      0,
      ['shrank'],
    ],
    ['new orders push others down', [[9, 8, 7], [7, 6, 5], [4]], [6, 7, 7], 6, 1, ['shortfall']],
  ] as const)(
    'reads every order once and says what does not add up: %s',
    async (_, pages, totals, orders, repeated, doubts) => {
      const { ids, facts } = await walkOver(scripted(pages, totals));
      expect(ids).toEqual([...new Set(pages.flat())]);
      expect(facts).toMatchObject({ read: orders, repeated, coverage: 'in_doubt', doubts });
      if (doubts[0] !== 'surplus') expect(facts.possiblyMissed).toBeGreaterThan(0);
    },
  );

  it('continues beyond a last page that the count contradicts', async () => {
    const shop = clientOf(({ page }) => ({
      ...orderPage(page < 4 ? [{ id: page * 2 }, { id: page * 2 + 1 }] : [], { page, perPage: 2, total: 6 })
        .data,
      last_page: 1,
    }));
    const { ids, facts } = await walkOver(shop);
    expect(ids).toEqual([2, 3, 4, 5, 6, 7]);
    expect(facts).toMatchObject({ coverage: 'adds_up', pages: 3 });
  });

  it('ends where pages beyond the last one repeat it, although the page size suggests more pages', async () => {
    const shop = clientOf(({ page }) => {
      const orders = page === 1 ? [{ id: 1 }, { id: 2 }] : [{ id: 3 }];
      return { ...orderPage(orders, { page, perPage: 1, total: 3 }).data, last_page: 2 };
    });
    const { ids, facts } = await walkOver(shop);
    expect(ids).toEqual([1, 2, 3]);
    expect(facts).toMatchObject({ coverage: 'adds_up', repeated: 1, pages: 3 });
  });

  it('claims nothing of several pages whose orders the API does not count', async () => {
    const shop = clientOf(({ page }) => ({ current_page: page, last_page: 2, data: [{ id: page }] }));
    expect((await walkOver(shop)).facts).toMatchObject({ counted: undefined, doubts: ['uncounted'] });
  });

  it('counts entries that cannot be used, and is in doubt', async () => {
    const shop = clientOf(() => ({
      ...orderPage([{ id: 1 }], { total: 2 }).data,
      unreadable: [{ position: 2, problem: 'id: expected integer, found string' }],
    }));
    const { facts } = await walkOver(shop);
    expect(facts).toMatchObject({ read: 1, unreadable: 1, possiblyMissed: 0, doubts: ['unreadable'] });
  });

  it('is unfinished while it runs, when it is abandoned, and when a page fails', async () => {
    const shop = scripted([[1, 2, 3], [4]], 4);
    const walk = walkOrders(shop);
    for await (const step of walk) if (step.page === 1) break;
    expect(walk.facts()).toMatchObject({ read: 3, counted: 4, doubts: ['unfinished'], possiblyMissed: 0 });

    const failing = clientOf(({ page }) => {
      if (page === 2) throw new UpstreamError({ status: 502 });
      return orderPage([{ id: 1 }], { perPage: 1, total: 2 }).data;
    });
    const failed = walkOrders(failing);
    await expect(read(failed)).rejects.toThrow('The API failed with status 502.');
    expect(failed.facts()).toMatchObject({ read: 1, doubts: ['unfinished'] });
  });

  it('can be cancelled between pages, with call options that are read again for each', async () => {
    const controller = new AbortController();
    const waits: number[] = [];
    const walk = walkOrders({
      ...scripted([[1, 2, 3], [4]], 4),
      call: () => ({ signal: controller.signal, maxWaitMs: waits.push(0) }),
    });
    const pages = walk[Symbol.asyncIterator]();
    await pages.next();
    controller.abort();
    await expect(pages.next()).rejects.toThrow(CancelledError);
    expect(waits).toHaveLength(2);
  });

  it('can be iterated once: a second iteration would leave out the orders that the first one gave', async () => {
    const { client, asked } = scripted([[1, 2, 3], [4]], 4);
    const walk = walkOrders({ client });
    expect((await read(walk)).ids).toEqual([1, 2, 3, 4]);
    const again = new TypeError('A walk can be iterated once. Begin another one.');
    await expect(read(walk)).rejects.toEqual(again);
    await expect(walk.orders()[Symbol.asyncIterator]().next()).rejects.toEqual(again);
    expect(asked).toHaveLength(2);
  });

  it('that begins later says so', async () => {
    const { ids, facts } = await walkOver(scripted([[1, 2, 3], [4]], 4), { fromPage: 2 });
    expect(ids).toEqual([4]);
    expect(facts).toMatchObject({ doubts: ['started_late'], possiblyMissed: 0 });
  });

  it('ends when the API shows the same page under every number', async () => {
    const shop = clientOf(({ page }) => ({ current_page: page, last_page: 1e9, data: [{ id: 1 }] }));
    const { facts } = await walkOver(shop);
    expect(facts.doubts).toContain('stalled');
    expect(shop.asked.length).toBeLessThan(20);
  });

  it('ends when the list grows faster than it is read', async () => {
    const shop = clientOf(
      ({ page }) => orderPage([{ id: page }], { page, perPage: 1, total: page + 1 }).data,
    );
    const { facts } = await walkOver(shop);
    expect(facts.doubts).toContain('endless');
  });

  it('reads 100,000 orders with ids beyond 31 bits', async () => {
    const shop = clientOf(({ page, perPage }) => {
      const orders = Array.from({ length: perPage }, (_, at) => ({ id: 2e9 + (page * perPage + at) * 7 }));
      return orderPage(orders, { page, perPage, total: 100_000 }).data;
    });
    const walk = walkOrders(shop);
    let orders = 0;
    for await (const step of walk) orders += step.orders.length;
    expect(orders).toBe(100_000);
    expect(walk.facts()).toMatchObject({ pages: 1_000, coverage: 'adds_up' });
  });
});

describe('the steps of a walk', () => {
  const page = (data: readonly number[], facts: Partial<ReadPage>): ReadPage => ({
    current_page: 1,
    last_page: 1,
    data: data.map((id) => ({ id })),
    ...facts,
  });

  async function stepsOf(shop: ReturnType<typeof clientOf>, options: Partial<WalkOptions> = {}) {
    const walk = walkOrders({ client: shop.client, ...options });
    const steps: WalkStep[] = [];
    for await (const step of walk) steps.push(step);
    return { steps, facts: walk.facts() };
  }

  it('say what came, and how far the walk is as the API sees it', async () => {
    const unreadable = [{ position: 2, problem: 'data.data[].id: expected integer, found null' }];
    const pages = [
      page([1, 2], { last_page: 2, per_page: 2, total: 5, unreadable }),
      page([3], { last_page: 2, total: 4 }),
      page([4], { last_page: 3, per_page: 2 }),
    ];
    const shop = clientOf(({ page: number }) => pages[number - 1] ?? expect.fail('a page too many'));
    const { steps } = await stepsOf(shop, { filters: { per_page: 3 } });
    expect(steps).toEqual([
      { orders: [{ id: 1 }, { id: 2 }], unreadable, page: 1, lastPage: 3, perPage: 2, counted: 5 },
      { orders: [{ id: 3 }], unreadable: [], page: 2, lastPage: 2, perPage: 3, counted: 4 },
    ]);
  });

  it.each<[string, OrderFilters, OrderFilters]>([
    ['none', {}, { sortKey: 'created_at', sortOrder: 'asc' }],
    ['nothing', { sortKey: undefined, sortOrder: null }, { sortKey: 'created_at', sortOrder: 'asc' }],
    ['a field', { sortKey: 'total_amount' }, { sortKey: 'total_amount' }],
    ['a direction', { sortOrder: 'desc' }, { sortOrder: 'desc' }],
  ])('are asked for with the sorting of the caller: %s', async (_, filters, sorting) => {
    const shop = scripted([[1]], 1);
    await walkOver(shop, { filters });
    expect(shop.asked).toEqual([{ ...sorting, per_page: 100, page: 1 }]);
  });

  it('are asked for with the options of the call', async () => {
    const { signal } = new AbortController();
    const calls: unknown[] = [];
    const client: WalkOptions['client'] = {
      list: async (_, call) => {
        calls.push(call);
        return page([], {});
      },
    };
    await read(walkOrders({ client, call: { signal } }));
    await read(walkOrders({ client }));
    expect(calls).toEqual([{ signal }, {}]);
  });

  it.each([
    [2, 104],
    [5, 110],
  ])('end after twice the %i pages that there were, and a hundred more', async (pages, most) => {
    let shown = 0;
    const shop = clientOf(({ page: number }) =>
      page([(shown += 1)], { current_page: number, last_page: number === 1 ? pages : 1e6, per_page: 1 }),
    );
    const { steps, facts } = await stepsOf(shop);
    expect(steps).toHaveLength(most);
    expect(facts.doubts).toEqual(['endless', 'uncounted']);
  });

  it('end after ten pages in a row that bring nothing new, and not sooner', async () => {
    const shop = clientOf(({ page: number }) =>
      page(number % 10 === 0 ? [number] : [1], { current_page: number, last_page: 1_000 }),
    );
    const { steps } = await stepsOf(shop);
    // Every tenth page brings an order until the list is endless.
    expect(steps.length).toBeGreaterThan(100);
    const stalled = clientOf(({ page: number }) => page([1], { current_page: number, last_page: 1_000 }));
    expect((await stepsOf(stalled)).steps).toHaveLength(11);
  });

  it('go on while a page holds entries that cannot be used: they are news', async () => {
    const unreadable = [{ position: 1, problem: 'no' }];
    const shop = clientOf(({ page: number }) =>
      page([], { current_page: number, last_page: 30, ...(number < 30 ? { unreadable } : {}) }),
    );
    const { steps, facts } = await stepsOf(shop);
    expect(steps).toHaveLength(30);
    expect(facts).toMatchObject({ unreadable: 29, possiblyMissed: 0, doubts: ['uncounted', 'unreadable'] });
  });

  it('count by the page size that the API applied, however small', async () => {
    const shop = clientOf(({ page: number }) =>
      page(number <= 3 ? [number] : [], { current_page: number, last_page: 1, per_page: 0, total: 3 }),
    );
    const { steps } = await stepsOf(shop);
    expect(steps.map(({ lastPage }) => lastPage)).toEqual([3, 3, 3]);
  });

  it('that begin later skip as many orders as the API puts on the pages before', async () => {
    const pages = [page([], {}), page([3], { last_page: 2, per_page: 2, total: 3 })];
    const shop = clientOf(({ page: number }) => pages[number - 1] ?? expect.fail('a page too many'));
    const { facts } = await stepsOf(shop, { fromPage: 2, filters: { per_page: 50 } });
    expect(facts).toMatchObject({ read: 1, doubts: ['started_late'], possiblyMissed: 0 });
  });

  it('that begin later skip what the first of them says, whatever further ones do', async () => {
    const pages = [
      page([], {}),
      page([3], { last_page: 3, per_page: 2, total: 4 }),
      page([4], { last_page: 3, per_page: 10, total: 4 }),
    ];
    const shop = clientOf(({ page: number }) => pages[number - 1] ?? page([], { last_page: 3, total: 4 }));
    expect((await stepsOf(shop, { fromPage: 2 })).facts.doubts).toEqual(['started_late']);
  });

  it('that begin later are never all, whatever page size the API names', async () => {
    const shop = clientOf(() => page([3], { current_page: 2, last_page: 2, per_page: 0, total: 2 }));
    expect((await stepsOf(shop, { fromPage: 2 })).facts).toMatchObject({ read: 1, coverage: 'in_doubt' });
  });

  it('end at a last page that brings nothing new, whatever the count says', async () => {
    const shop = clientOf(({ page: number }) =>
      page(number === 1 ? [1] : [], { current_page: number, last_page: 2, per_page: 1, total: 6 }),
    );
    const { steps, facts } = await stepsOf(shop);
    expect(steps.map((step) => step.page)).toEqual([1, 2]);
    expect(facts).toMatchObject({ doubts: ['shortfall'], possiblyMissed: 5 });
  });

  it('can be read order by order, with the same facts', async () => {
    const walk = walkOrders(scripted([[1, 2], [3]], 3, 2)).orders();
    const ids: number[] = [];
    for await (const { id } of walk) ids.push(id);
    expect(ids).toEqual([1, 2, 3]);
    expect(walk.facts()).toMatchObject({ read: 3, coverage: 'adds_up' });
  });

  it('collect each difference from the document once', async () => {
    const drift = (path: string) => ({
      path,
      expected: 'string',
      found: 'integer',
      result: 'converted' as const,
    });
    const pages = [
      page([1], { last_page: 2, total: 2, drift: [drift('a'), drift('b')] }),
      page([2], { last_page: 2, total: 2, drift: [drift('a'), drift('c')] }),
    ];
    const shop = clientOf(({ page: number }) => pages[number - 1] ?? expect.fail('a page too many'));
    expect((await stepsOf(shop)).facts.drift).toEqual([drift('a'), drift('b'), drift('c')]);
  });

  it.each<[string, readonly (readonly number[])[], readonly (number | undefined)[], Partial<WalkFacts>]>([
    ['it shrank twice', [[1], [2], [3]], [9, 7, 5], { possiblyMissed: 4, doubts: ['shrank', 'shortfall'] }],
    [
      'it shrank less than is missing',
      [[1], [2], [3]],
      [9, 8, 8],
      { possiblyMissed: 5, doubts: ['shrank', 'shortfall'] },
    ],
    ['it grew and shrank', [[1], [2], [3]], [2, 4, 3], { possiblyMissed: 1, doubts: ['shrank'] }],
    ['it shrank to less than was read', [[1, 2], [3]], [4, 2], { possiblyMissed: 2, doubts: ['shrank'] }],
    [
      'one page does not count',
      [[1], [2], [3]],
      [3, undefined, 3],
      { counted: 3, possiblyMissed: 0, doubts: [], coverage: 'adds_up' },
    ],
    [
      'the last page does not count',
      [[1], [2]],
      [2, undefined],
      { counted: 2, possiblyMissed: 0, doubts: [], coverage: 'adds_up' },
    ],
    [
      'one page without a count',
      [[1]],
      [undefined],
      { counted: undefined, possiblyMissed: 0, doubts: [], coverage: 'complete' },
    ],
    ['one page with an order twice', [[1, 1]], [1], { repeated: 1, doubts: [], coverage: 'adds_up' }],
  ])('add up to what the counts say: %s', async (_, pages, totals, facts) => {
    const shop = clientOf(({ page: number }) => {
      const total = totals[number - 1];
      return page(pages[number - 1] ?? [], {
        current_page: number,
        last_page: pages.length,
        ...(total === undefined ? {} : { total }),
      });
    });
    expect((await stepsOf(shop)).facts).toMatchObject(facts);
  });

  it('of a walk that was left say how much was missing so far', async () => {
    const shop = scripted([[1, 2, 3], [4], [5]], [9, 7, 7]);
    const walk = walkOrders(shop);
    for await (const { page: number } of walk) if (number === 2) break;
    expect(walk.facts()).toMatchObject({
      possiblyMissed: 2,
      doubts: ['unfinished', 'shrank'],
      coverage: 'in_doubt',
    });
  });
});

describe('a walk where the API takes fewer orders a page', () => {
  /** Laravel's answer to a page that is too large. */
  const tooLarge = (most: number, text = `The per page field must not be greater than ${most}.`) =>
    new ValidationFailedError({ status: 422, apiErrors: { per_page: [text] } });

  const limited = (most: number, count: number, refusal: Error = tooLarge(most)) =>
    clientOf(({ page, perPage }) => {
      if (perPage > most) throw refusal;
      const all = Array.from({ length: count }, (_, at) => ({ id: at + 1 }));
      const orders = all.slice((page - 1) * perPage, page * perPage);
      return orderPage(orders, { page, perPage, total: count }).data;
    });

  it('takes the largest size that the answer names, and remembers it for the client', async () => {
    const shop = limited(50, 120);
    expect((await walkOver(shop)).facts).toMatchObject({ read: 120, coverage: 'adds_up' });
    expect(shop.asked.map(({ per_page }) => per_page)).toEqual([100, 50, 50, 50]);
    await walkOver(shop);
    expect(shop.asked.slice(4).map(({ per_page }) => per_page)).toEqual([50, 50, 50]);
  });

  it('halves the size where the answer names none', async () => {
    const shop = limited(30, 60, tooLarge(0, 'Too many.'));
    expect((await walkOver(shop)).ids).toHaveLength(60);
    expect(shop.asked.map(({ per_page }) => per_page)).toEqual([100, 50, 25, 25, 25]);
  });

  it('takes the largest size that the document names', async () => {
    const fault = 'must be a whole number from 1 up to 50';
    const shop = limited(50, 60, new InvalidArgumentsError([{ argument: 'per_page', fault }]));
    expect((await walkOver(shop)).ids).toHaveLength(60);
    expect(shop.asked.map(({ per_page }) => per_page)).toEqual([100, 50, 50]);
  });

  it('understands a refusal without fields, also with status 400', async () => {
    const refusal = new UpstreamError({ status: 400, apiMessage: 'per_page may be 20 at most.' });
    const shop = limited(20, 30, refusal);
    expect((await walkOver(shop)).ids).toHaveLength(30);
    expect(shop.asked.map(({ per_page }) => per_page)).toEqual([100, 20, 20]);
  });

  it('continues from the same order when the limit falls in the middle', async () => {
    const shop = clientOf(({ page, perPage }, at) => {
      if (at >= 2 && perPage > 30) throw tooLarge(30);
      const all = Array.from({ length: 250 }, (_, index) => ({ id: index + 1 }));
      return orderPage(all.slice((page - 1) * perPage, page * perPage), {
        page,
        perPage,
        total: 250,
      }).data;
    });
    const { ids, facts } = await walkOver(shop);
    expect(ids).toEqual(Array.from({ length: 250 }, (_, at) => at + 1));
    expect(facts.coverage).toBe('adds_up');
    expect(shop.asked.map(({ page, per_page }) => [page, per_page])).toEqual([
      ...[1, 2, 3].map((page) => [page, 100]),
      ...[7, 8, 9].map((page) => [page, 30]),
    ]);
  });

  const refusals: [string, Error, readonly number[]][] = [
    ['of a size that is no smaller', tooLarge(0, 'At most 100.'), [100, 50]],
    ['of a size that is larger', tooLarge(0, 'At most 500.'), [100, 50]],
    ['of no size at all', tooLarge(0, 'At most 0.'), [100, 50]],
    ['of all but one', tooLarge(0, 'At most 1.'), [100, 1]],
    [
      'in several texts',
      new ValidationFailedError({ status: 422, apiErrors: { per_page: ['At most 40', '5 are fine.'] } }),
      [100, 40],
    ],
    [
      'in a message with a space',
      new UpstreamError({ status: 400, apiMessage: 'Per page: 30 at most.' }),
      [100, 30],
    ],
    [
      'in fields, whatever the message says',
      new ValidationFailedError({
        status: 422,
        apiMessage: 'Max 10.',
        apiErrors: { per_page: ['At most 20.'] },
      }),
      [100, 20],
    ],
    [
      'with another status',
      new UpstreamError({ status: 500, apiMessage: 'per_page may be 30 at most.' }),
      [100],
    ],
    [
      'about other pages',
      new UpstreamError({ status: 400, apiMessage: 'xper_pages may be 30 at most.' }),
      [100],
    ],
    ['without words', new UpstreamError({ status: 400 }), [100]],
    ['that is none', new TypeError('per_page may be 30 at most.'), [100]],
  ];
  it.each(refusals)('understands a refusal %s', async (_, refusal, sizes) => {
    const shop = limited(sizes.length === 1 ? 0 : (sizes.at(-1) ?? 0), 1, refusal);
    const walk = walkOver(shop);
    if (sizes.length === 1) await expect(walk).rejects.toBe(refusal);
    else expect((await walk).ids).toEqual([1]);
    expect(shop.asked.map(({ per_page }) => per_page)).toEqual(sizes);
  });

  it.each([
    ['the first page', 0, 110],
    ['a later page', 1, 219],
  ])('ends where the list does not, although %s was refused', async (_, refused, most) => {
    const shop = clientOf(({ page, perPage }, at) => {
      if (at > 1_000) throw new Error('the walk does not end');
      if (at >= refused && perPage > 50) throw tooLarge(50);
      // Five pages at first: twice as many, and a hundred more, of the size that they had.
      return { current_page: page, last_page: at <= 1 ? 5 : 1e6, data: [{ id: at }] };
    });
    const { facts } = await walkOver(shop);
    expect(facts).toMatchObject({ pages: most, doubts: ['endless', 'uncounted'] });
  });

  it('keeps the number of its first page, which only a walk with this size can have named', async () => {
    const shop = limited(50, 120);
    expect((await walkOver(shop, { fromPage: 2 })).ids).toEqual(
      Array.from({ length: 50 }, (_, at) => at + 51).concat(Array.from({ length: 20 }, (_, at) => at + 101)),
    );
    expect(shop.asked.map(({ page, per_page }) => [page, per_page])).toEqual([
      [2, 100],
      [2, 50],
      [3, 50],
    ]);
  });

  it('fails when the refusal is about something else, or one order is too many', async () => {
    const other = new ValidationFailedError({ status: 422, apiErrors: { status: ['No.'] } });
    await expect(walkOver(limited(50, 10, other))).rejects.toBe(other);
    const argument = new InvalidArgumentsError([{ argument: 'status', fault: 'must be one of 3' }]);
    await expect(walkOver(limited(50, 10, argument))).rejects.toBe(argument);
    const shop = limited(0, 10);
    await expect(walkOver(shop)).rejects.toThrow(ValidationFailedError);
    expect(shop.asked.at(-1)?.per_page).toBe(1);
  });
});

describe('a walk over a shop that changes between pages', () => {
  type Event = { readonly kind: 'arrive' | 'leave' | 'move' | 'rest'; readonly at: number };

  const events = (...kinds: readonly Event['kind'][]) =>
    fc.array(fc.record({ kind: fc.constantFrom(...kinds), at: fc.nat(1_000) }), { maxLength: 60 });
  const setup = fc.record({
    count: fc.nat(30),
    perPage: fc.integer({ min: 1, max: 7 }),
    newestFirst: fc.boolean(),
    perRequest: fc.integer({ min: 0, max: 4 }),
  });

  type Setup = { count: number; perPage: number; newestFirst: boolean; perRequest: number };

  /** Walks while the events happen, some between one page and the next. */
  async function walked({ count, perPage, newestFirst, perRequest }: Setup, happening: Event[]) {
    let shop = Array.from({ length: count }, (_, at) => at + 1);
    const always = new Set(shop);
    let nextId = count + 1;
    const left = [...happening];
    const atRead: number[][] = [];
    const happen = ({ kind, at }: Event) => {
      const index = at % Math.max(1, shop.length);
      const [order] = shop.slice(index, index + 1);
      if (kind === 'arrive') shop = [...shop, nextId++];
      if (order === undefined || kind === 'rest' || kind === 'arrive') return;
      shop = shop.toSpliced(index, 1);
      if (kind === 'leave') always.delete(order);
      else shop = shop.toSpliced((at * 7) % (shop.length + 1), 0, order);
    };
    const { client, asked } = clientOf(({ page, perPage: size }, request) => {
      if (request > 0) left.splice(0, perRequest).forEach(happen);
      const sorted = newestFirst ? shop.toReversed() : shop;
      atRead.push(sorted);
      const orders = sorted.slice((page - 1) * size, page * size).map((id) => ({ id }));
      return orderPage(orders, { page, perPage: size, total: shop.length }).data;
    });
    const result = await walkOver({ client, asked }, { filters: { per_page: perPage } });
    return { ...result, asked, atRead, always, missed: [...always].filter((id) => !result.ids.includes(id)) };
  }

  it('never reads an order twice, always ends, and claims nothing that the shop refutes', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(setup, events('arrive', 'leave', 'move', 'rest'), async (shop, happening) => {
        const { ids, facts, asked, atRead } = await walked(shop, happening);
        seen.add(facts.coverage);
        expect(new Set(ids).size).toBe(ids.length);
        expect(facts.read).toBe(ids.length);
        expect(asked.length).toBeLessThan(400);
        if (facts.coverage === 'complete') expect(new Set(ids)).toEqual(new Set(atRead[0]));
        if (facts.coverage === 'adds_up') expect(facts.read).toBe(atRead.at(-1)?.length);
        if (facts.coverage === 'in_doubt') expect(facts.doubts).not.toEqual([]);
      }),
      { numRuns: 1_000 },
    );
    expect([...seen].toSorted()).toEqual(['adds_up', 'complete', 'in_doubt']);
  });

  it('misses no order where orders only arrive, in either direction', async () => {
    await fc.assert(
      fc.asyncProperty(setup, events('arrive', 'rest'), async (shop, happening) => {
        expect((await walked(shop, happening)).missed).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('misses no more than it says where orders only leave', async () => {
    let missing = 0;
    await fc.assert(
      fc.asyncProperty(setup, events('leave', 'rest'), async (shop, happening) => {
        const { missed, facts } = await walked(shop, happening);
        if (missed.length > 0) missing += 1;
        expect(missed.length).toBeLessThanOrEqual(facts.possiblyMissed);
      }),
      { numRuns: 500 },
    );
    expect(missing, 'runs that missed an order').toBeGreaterThan(20);
  });
});
