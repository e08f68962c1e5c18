import type { Order, OrderFilters, OrderPage } from '@wemasy-orders/client';
import {
  type Column,
  columnsFor,
  createTotals,
  defaultColumns,
  type PersonalData,
  personalDataModes,
} from '@wemasy-orders/presentation';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { driftNotice, readPages } from '../orders/read-pages.js';
import { type Format, createRowText, type RowText } from '../output/rows.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { waitNotice } from '../wait-notice.js';

export interface ListOptions {
  readonly filters: OrderFilters;
  /** Default: the first. */
  readonly page: number | undefined;
  readonly all: boolean;
  readonly summary: boolean;
  readonly format: Format;
  /** Columns instead of the usual ones. */
  readonly fields: readonly string[] | undefined;
}

/** A page that fits a screen. */
const shownPerPage = 25;

/** Lists orders: one page, all of them as they come, or what they add up to. */
export async function list(options: ListOptions, session: Session): Promise<ExitCode> {
  if (options.summary) await summarize(options, session);
  else if (options.all) await listAll(options, session);
  else await listPage(options, session);
  return exitCodes.done;
}

async function listPage({ filters, page = 1, format, fields }: ListOptions, session: Session): Promise<void> {
  const { out, err } = session.terminal;
  const columns = chooseColumns(fields, session);
  const answer = await session
    .services()
    .client.list({ per_page: shownPerPage, ...filters, page }, callOf(session));
  const text = rowTextOf(format, columns, session);
  await out.write(text.add(rowsOf(answer.data, columns)) + text.end());
  const notice = pageNotice(answer);
  if (notice !== undefined) await err.write(`${notice}\n`);
}

async function listAll({ filters, format, fields }: ListOptions, session: Session): Promise<void> {
  const { out, err } = session.terminal;
  const columns = chooseColumns(fields, session);
  const text = rowTextOf(format, columns, session);
  const { client } = session.services();
  const pages = readPages({ client, filters, call: callOf(session) });
  for (;;) {
    const next = await pages.next();
    if (next.done === true) {
      await out.write(text.end());
      const notice = driftNotice(next.value);
      if (notice !== undefined) await err.write(`${notice}\n`);
      return;
    }
    await out.write(text.add(rowsOf(next.value.orders, columns)));
    if (out.isClosed()) return;
  }
}

async function summarize({ filters, format }: ListOptions, session: Session): Promise<void> {
  const { out, err } = session.terminal;
  const totals = createTotals();
  const { client } = session.services();
  const pages = readPages({ client, filters, call: callOf(session) });
  for (;;) {
    const next = await pages.next();
    if (next.done === true) {
      const { byStatus, withoutAmount } = totals.value();
      const text = createRowText(format, ['status', 'count', 'sum'], out);
      const rows = Object.entries(byStatus).map(([status, { count, sum }]) => [status, count, sum]);
      await out.write(text.add(rows) + text.end());
      const unread =
        withoutAmount === 0
          ? undefined
          : `${withoutAmount} orders have no readable amount and are in no sum.`;
      for (const notice of [unread, driftNotice(next.value)]) {
        if (notice !== undefined) await err.write(`${notice}\n`);
      }
      return;
    }
    totals.add(next.value.orders);
  }
}

function callOf({ maxWaitMs, terminal: { err } }: Session) {
  return { maxWaitMs, onWait: waitNotice(err) };
}

function rowTextOf(format: Format, columns: readonly Column[], { terminal }: Session): RowText {
  return createRowText(
    format,
    columns.map(({ name }) => name),
    terminal.out,
  );
}

function rowsOf(orders: readonly Order[], columns: readonly Column[]) {
  return orders.map((order) => columns.map((column) => column.cellOf(order)));
}

/** @throws {UsageError} where no column is named, or one that does not exist or that the settings do not show */
function chooseColumns(fields: readonly string[] | undefined, { config }: Session): readonly Column[] {
  const columns = columnsFor(config.WEMASY_PERSONAL_DATA);
  if (fields === undefined) return defaultColumns(columns);
  const known = `Columns that exist: ${columns.map(({ name }) => name).join(', ')}.`;
  if (fields.length === 0) throw new UsageError('--fields names no column.', known);
  const unknown = fields.filter((field) => !columns.some(({ name }) => name === field));
  if (unknown.length > 0) {
    throw new UsageError(`--fields: there is no column ${unknown.join(', ')}.`, shownBy(unknown) ?? known);
  }
  return fields.flatMap((field) => columns.find(({ name }) => name === field) ?? []);
}

/** Which setting shows columns that are hidden, and no more than it has to; undefined where they do not exist. */
function shownBy(fields: readonly string[]): string | undefined {
  const shownIn = (mode: PersonalData) =>
    fields.filter((field) => columnsFor(mode).some(({ name }) => name === field));
  const hidden = shownIn('full');
  const mode = personalDataModes.find((each) => shownIn(each).length === hidden.length);
  return hidden.length === 0 ? undefined : `--personal-data ${mode} shows ${hidden.join(', ')}.`;
}

/** Which part this is, where there is more: nobody is to take a page for the whole. */
function pageNotice({ data, current_page: page, last_page: last, total }: OrderPage): string | undefined {
  if (last <= 1 && page <= 1) return undefined;
  const place = `Page ${page} of ${last}: ${data.length} of ${total} orders.`;
  if (page > last) return `${place} The last page is --page ${last}.`;
  return page < last ? `${place} --page ${page + 1} shows the next, --all shows all.` : place;
}
