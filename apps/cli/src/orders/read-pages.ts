import type { Order, OrderFilters, OrdersClient } from '@wemasy-orders/client';

/** Orders on one page where the caller does not say; the document names no maximum, and no other client here asks for more. */
export const ordersPerPage = 100;

/** The next orders of a walk through all pages. */
export interface OrderBatch {
  /** Without those that the page before had already shown. */
  readonly orders: readonly Order[];
  readonly page: number;
  readonly lastPage: number;
  /** How many match in all, as the API counted them just now. */
  readonly total: number | undefined;
}

/** What the shop did while its pages were read. */
export interface Drift {
  /** Orders that came twice and were left out the second time. */
  readonly repeated: number;
  /** By how much the list became shorter between pages: so many orders may have slipped by unseen. */
  readonly mayMiss: number;
}

export interface ReadPagesOptions {
  readonly client: Pick<OrdersClient, 'listAll'>;
  readonly filters: OrderFilters;
  readonly call: Parameters<OrdersClient['listAll']>[1];
}

/**
 * Reads every page. Unless the caller sorts otherwise, the oldest orders come first: a new order then joins the end, where
 * it will be read, and moves none of the others to another page. The API has no snapshot, so an order that stops matching
 * meanwhile still moves those behind it; what can be seen of that is in the result.
 *
 * @throws {OrdersError} the client's
 */
export async function* readPages({
  client,
  filters,
  call,
}: ReadPagesOptions): AsyncGenerator<OrderBatch, Drift, undefined> {
  const isSorted = filters.sortKey !== undefined || filters.sortOrder !== undefined;
  const asked: OrderFilters = {
    per_page: ordersPerPage,
    ...(isSorted ? {} : { sortKey: 'created_at', sortOrder: 'asc' }),
    ...filters,
  };
  let shownBefore: ReadonlySet<number> = new Set();
  let totalBefore = 0;
  let repeated = 0;
  let mayMiss = 0;
  for await (const { data, current_page: page, last_page: lastPage, total } of client.listAll(asked, call)) {
    const orders = data.filter(({ id }) => !shownBefore.has(id));
    repeated += data.length - orders.length;
    mayMiss += Math.max(0, totalBefore - (total ?? 0));
    yield { orders, page, lastPage, total };
    shownBefore = new Set(data.map(({ id }) => id));
    totalBefore = total ?? 0;
  }
  return { repeated, mayMiss };
}

/** What a person should know of it, if anything. */
export function driftNotice({ repeated, mayMiss }: Drift): string | undefined {
  const parts = [
    ...(repeated > 0 ? [`${repeated} repeated ones were left out`] : []),
    ...(mayMiss > 0 ? [`up to ${mayMiss} may be missing; run it again to be sure`] : []),
  ];
  return parts.length === 0
    ? undefined
    : `Orders changed while the pages were read: ${parts.join(', and ')}.`;
}
