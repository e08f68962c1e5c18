import type { UnreadableOrder } from './drift.js';
import { InvalidArgumentsError, type OrdersError } from './errors.js';
import { isOrdersError } from './is-orders-error.js';
import type { Order } from './generated/schema.js';
import type { CallOptions, OrderFilters, OrdersLister } from './types.js';
import { createWalkTally, type EarlyEnd, type WalkFacts } from './walk-facts.js';

/** Orders a page where the caller does not say. */
const defaultPerPage = 100;
/** A list may grow while it is read, but every walk must end: at twice as many pages as it had, and so many more. */
const pagesOfGrowth = 100;
/** An API that repeats itself is given up after so many pages in a row without a new order. */
const mostPagesWithoutNews = 10;

/** What a walk reads, and how. */
export interface WalkOptions {
  /** Whose pages are read. */
  readonly client: OrdersLister;
  /**
   * Filters and sorting. Without any sorting, the oldest orders come first: an order that arrives meanwhile joins the
   * end, where it will be read, and moves no other order to another page. Newest first, each arrival would push an order
   * onto the next page (read twice); sorted by a field that changes, orders move both ways.
   *
   * `per_page` is the largest page to ask for; default 100.
   */
  readonly filters?: OrderFilters | undefined;
  /** First page to read, from 1; default 1. */
  readonly fromPage?: number | undefined;
  /** For each page; a function is called before each. */
  readonly call?: CallOptions | (() => CallOptions) | undefined;
}

/** The next orders of a walk. */
export interface WalkStep {
  /** The orders of this page that no page before showed, each once. */
  readonly orders: readonly Order[];
  /** Entries of this page that cannot be used as orders. */
  readonly unreadable: readonly UnreadableOrder[];
  /** Number of this page, from 1. */
  readonly page: number;
  /** The last page as far as is known now; it may lie beyond the one that the API names, where its count says so. */
  readonly lastPage: number;
  /** Orders a page, as the API applied it; a walk continues from `page + 1` with this size. */
  readonly perPage: number;
  /** Matching orders as the API counted them just now. */
  readonly counted: number | undefined;
}

/** A walk over the pages of a list. It can be iterated once. */
export interface OrdersWalk extends AsyncIterable<WalkStep> {
  /** What can be said about what was read so far; after the last step, about all of it. */
  facts(): WalkFacts;
  /** The same walk order by order, instead of page by page. */
  orders(): OrdersIterable;
}

/**
 * All orders of a walk, one by one. It can be iterated once. An entry that cannot be used as an order is left out; `facts()`
 * counts it.
 */
export interface OrdersIterable extends AsyncIterable<Order> {
  /** What can be said about what was read so far; after the last order, about all of it. */
  facts(): WalkFacts;
}

/**
 * Walks over all matching orders, page by page: every order once, in the order in which the pages show them. Where the API
 * refuses the page size (422 or 400 about `per_page`), the walk continues with smaller pages, and later walks of the same client
 * begin with them.
 *
 * The walk always ends, also when the API's list does not. It keeps the ids of the orders, not the orders. `facts()` says
 * what it amounts to; a failure in the middle is thrown by the iteration, and `facts()` still holds.
 *
 * @throws {OrdersError} the client's, from the iteration
 * @throws TypeError from a second iteration
 */
export function walkOrders({ client, filters = {}, fromPage = 1, call = {} }: WalkOptions): OrdersWalk {
  const isSorted = filters.sortKey != null || filters.sortOrder != null;
  const sorted: OrderFilters = isSorted ? filters : { ...filters, sortKey: 'created_at', sortOrder: 'asc' };
  let skipped = 0;
  let isStarted = false;
  let end: 'reached' | 'unfinished' | EarlyEnd = 'unfinished';
  const tally = createWalkTally(() => skipped);

  async function* steps(): AsyncGenerator<WalkStep, void, undefined> {
    // It would leave out every order that the first iteration gave.
    if (isStarted) throw new TypeError('A walk can be iterated once. Begin another one.');
    isStarted = true;
    let size = Math.min(filters.per_page ?? defaultPerPage, acceptedSizes.get(client) ?? Infinity);
    let furthest: number | undefined;
    let pagesWithoutNews = 0;
    for (let page = fromPage; ; page += 1) {
      const asked = { ...sorted, per_page: size, page };
      let answer;
      try {
        answer = await client.list(asked, typeof call === 'function' ? call() : call);
      } catch (error) {
        const smaller = smallerPage(error, size);
        if (smaller === undefined) throw error;
        acceptedSizes.set(client, smaller);
        // The first page keeps its number: only an earlier walk, of this same size, can have named it.
        page = furthest === undefined ? page - 1 : Math.floor(((page - 1) * size) / smaller);
        furthest &&= Math.ceil((furthest * size) / smaller);
        size = smaller;
        continue;
      }
      const perPage = answer.per_page ?? size;
      if (furthest === undefined) skipped = (fromPage - 1) * Math.max(1, perPage);
      const { unreadable = [] } = answer;
      const orders = tally.add(answer);
      const lastPage = Math.max(answer.last_page, Math.ceil((answer.total ?? 0) / Math.max(1, perPage)));
      furthest ??= 2 * lastPage + pagesOfGrowth;
      pagesWithoutNews = orders.length === 0 && unreadable.length === 0 ? pagesWithoutNews + 1 : 0;
      const isBeyondEnd = page >= answer.last_page && pagesWithoutNews > 0;
      if (page >= lastPage || isBeyondEnd) end = 'reached';
      else if (page >= furthest) end = 'endless';
      else if (pagesWithoutNews >= mostPagesWithoutNews) end = 'stalled';
      yield { orders, unreadable, page, lastPage, perPage, counted: answer.total };
      if (end !== 'unfinished') return;
    }
  }

  async function* orders(): AsyncGenerator<Order, void, undefined> {
    for await (const step of steps()) yield* step.orders;
  }

  const facts = () => tally.facts(end);
  return {
    facts,
    [Symbol.asyncIterator]: steps,
    orders: () => ({ facts, [Symbol.asyncIterator]: orders }),
  };
}

/** The largest page that the API of a client is known to accept, where it refused a larger one. */
const acceptedSizes = new WeakMap<WalkOptions['client'], number>();

/** @returns the page size to try next; undefined where the error is not about it */
function smallerPage(error: unknown, size: number): number | undefined {
  if (size <= 1 || !isOrdersError(error)) return undefined;
  const complaint =
    error instanceof InvalidArgumentsError ? complaintOfDocument(error) : complaintOfApi(error);
  if (complaint === undefined) return undefined;
  // Laravel names the maximum, "The per page field must not be greater than 50.", and the document "from 1 up to 50".
  const [, named = 0] = (/up to (\d+)/.exec(complaint) ?? /(\d+)/.exec(complaint) ?? []).map(Number);
  return named >= 1 && named < size ? named : Math.floor(size / 2);
}

function complaintOfDocument({ faults }: InvalidArgumentsError): string | undefined {
  return faults.find(({ argument }) => argument === 'per_page')?.fault;
}

function complaintOfApi({ status, apiErrors, apiMessage = '' }: OrdersError): string | undefined {
  if (status !== 422 && status !== 400) return undefined;
  return apiErrors['per_page']?.join(' ') ?? (/\bper[ _]page\b/i.test(apiMessage) ? apiMessage : undefined);
}
