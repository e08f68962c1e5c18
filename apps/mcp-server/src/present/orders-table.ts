import type { Order, OrderPage } from '@wemasy-orders/client';
import { type Cell, type Column, type Totals, totalsOf } from '@wemasy-orders/present';
import { stringify } from 'csv-stringify/sync';
import * as z from 'zod';

/** What `list_orders` answers; the same facts are in the text beside it. */
export const OrdersTable = z.strictObject({
  page: z.int(),
  last_page: z.int(),
  per_page: z.int(),
  total: z.int().describe('Matching orders over all pages'),
  has_more: z.boolean(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  totals: z
    .record(z.string(), z.strictObject({ count: z.int(), sum: z.string() }))
    .describe('Count and exact sum by status'),
  totals_scope: z.enum(['page', 'all']),
  note: z.string().exactOptional(),
});
export type OrdersTable = z.output<typeof OrdersTable>;

/** One page of orders as a table of the chosen columns. */
export function tableOf(page: OrderPage, columns: readonly Column[]): OrdersTable {
  const totals = totalsOf(page.data);
  return {
    ...placeOf(page),
    columns: columns.map(({ name }) => name),
    rows: page.data.map((order: Order) => columns.map((column): Cell => column.cellOf(order))),
    totals: totals.byStatus,
    totals_scope: page.last_page <= 1 ? 'all' : 'page',
    ...noteOf(missingAmounts(totals), pageBeyondEnd(page)),
  };
}

/** How much of all matching orders a summary has read. */
export interface SummaryProgress {
  readonly firstPage: number;
  readonly lastPageRead: OrderPage;
  readonly ordersRead: number;
  /** Why it ended before the last page, and when to go on; absent when it is complete. */
  readonly stopped?: string;
}

/** Counts and sums over all pages that were read, without rows. */
export function summaryOf(totals: Totals, progress: SummaryProgress): OrdersTable {
  const { firstPage, lastPageRead, ordersRead, stopped } = progress;
  const complete = firstPage === 1 && stopped === undefined;
  const { current_page: current, last_page: last, total } = lastPageRead;
  const coverage = complete
    ? undefined
    : `Sums cover pages ${firstPage} to ${current} of ${last} (${ordersRead} of ${total} orders).`;
  return {
    ...placeOf(lastPageRead),
    has_more: stopped !== undefined,
    columns: [],
    rows: [],
    totals: totals.byStatus,
    totals_scope: complete ? 'all' : 'page',
    ...noteOf(coverage, stopped, missingAmounts(totals)),
  };
}

/** The table as text: a line of facts, a line of totals, then CSV. */
export function textOf(table: OrdersTable): string {
  const { page, last_page: last, per_page: perPage, total, has_more: hasMore, note } = table;
  const facts = [
    `page ${page} of ${last}`,
    `${total} matching orders`,
    `per_page ${perPage}`,
    hasMore ? 'more pages follow' : 'no more pages',
    ...(table.columns.includes('date') ? ['dates are shop-local time'] : []),
  ].join('; ');
  const totals = Object.entries(table.totals).map(
    ([status, { count, sum }]) => `${status} ${count} = ${sum}`,
  );
  const scope = table.totals_scope === 'all' ? 'all matching orders' : 'only what is covered here';
  return [
    note === undefined ? facts : `${facts}. ${note}`,
    `totals (${scope}): ${totals.length === 0 ? 'none' : totals.join('; ')}`,
    ...(table.columns.length === 0 ? [] : [csvOf([table.columns, ...table.rows])]),
  ].join('\n');
}

function placeOf(page: OrderPage) {
  return {
    page: page.current_page,
    last_page: page.last_page,
    per_page: page.per_page,
    total: page.total,
    has_more: page.current_page < page.last_page,
  };
}

function missingAmounts({ withoutAmount }: Totals): string | undefined {
  return withoutAmount === 0
    ? undefined
    : `${withoutAmount} counted orders have no readable amount and are in no sum.`;
}

function pageBeyondEnd(page: OrderPage): string | undefined {
  return page.current_page > page.last_page && page.total > 0
    ? `This page is beyond the last one, ${page.last_page}.`
    : undefined;
}

function noteOf(...notes: readonly (string | undefined)[]): { note?: string } {
  const said = notes.filter((note) => note !== undefined);
  return said.length === 0 ? {} : { note: said.join(' ') };
}

function csvOf(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { cast: { boolean: String }, eof: false },
  );
}
