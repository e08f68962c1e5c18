import type { Order, OrderFilters, OrdersPage } from '@wemasy-orders/client';
import {
  type Cell,
  type Column,
  columnsFor,
  createAmountCheck,
  createTotals,
  defaultColumns,
  exactAmount,
  type PersonalData,
  personalDataModes,
  unreadableAmountsText,
  unreadableText,
  visibleUnreadable,
  withheldAmountsText,
} from '@wemasy-orders/presentation';
import { UsageError } from '../errors.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { createRowWriter, type Format } from '../output/formats.js';
import type { Row, RowWriter } from '../output/row-writer.js';
import type { Session } from '../session.js';
import { callOf } from '../wait-notice.js';
import {
  exitCodeOfReading,
  orders as ordersText,
  type Reading,
  type ReadingFacts,
  readOrders,
} from './reading.js';

export interface ListOptions {
  /** All pages instead of one. */
  readonly all: boolean;
  /** Counts and sums over all pages instead of orders. */
  readonly summary: boolean;
  readonly filters: OrderFilters;
  /** Default: 1. */
  readonly page: number | undefined;
  readonly format: Format;
  /** Columns instead of the default ones. */
  readonly fields: readonly string[] | undefined;
}

/** Lists orders, or their counts and sums, on stdout; what is wrong with them goes to stderr. */
export async function listOrders(options: ListOptions, session: Session): Promise<ExitCode> {
  if (options.summary) return await summarize(options, session);
  return options.all ? await listAll(options, session) : await listPage(options, session);
}

/** One page that fits a screen. */
const shownPerPage = 25;

async function listPage(
  { filters, page = 1, format, fields }: ListOptions,
  session: Session,
): Promise<ExitCode> {
  const { out, err } = session.terminal;
  const columns = chooseColumns(fields, session);
  const answer = await session
    .services()
    .client.list({ per_page: shownPerPage, ...filters, page }, callOf(session));
  const { WEMASY_PERSONAL_DATA: personalData } = session.config;
  const facts = pageFactsOf(answer, page, personalData);
  const orders = uniqueOrders(answer.data);
  const amounts = amountCheckFor(columns, personalData);
  amounts?.add(orders);
  const writer = await rowWriterOf(format, columns, session);
  await out.write(writer.add(rowsOf(orders, columns)) + writer.end({ ...facts, ...amountFacts(amounts) }));
  for (const line of [...pageText(facts, personalData), ...amountText(amounts)]) await err.write(`${line}\n`);
  return facts.possibly_missed > 0 || facts.unreadable > 0 ? exitCodes.failed : exitCodes.done;
}

async function listAll({ filters, format, fields }: ListOptions, session: Session): Promise<ExitCode> {
  const { out, err } = session.terminal;
  const columns = chooseColumns(fields, session);
  const writer = await rowWriterOf(format, columns, session);
  const { client } = session.services();
  const { WEMASY_PERSONAL_DATA: personalData } = session.config;
  const reading = readOrders({ client, filters, call: callOf(session) }, personalData);
  const amounts = amountCheckFor(columns, personalData);
  return await readTo(reading, session, {
    add: async (orders) => {
      amounts?.add(orders);
      await out.write(writer.add(rowsOf(orders, columns)));
    },
    end: async (facts) => {
      await out.write(writer.end({ ...facts, ...amountFacts(amounts) }));
      for (const line of amountText(amounts)) await err.write(`${line}\n`);
    },
  });
}

async function summarize({ filters, format }: ListOptions, session: Session): Promise<ExitCode> {
  const { out, err } = session.terminal;
  const { WEMASY_PERSONAL_DATA: personalData } = session.config;
  const totals = createTotals(personalData);
  const { client } = session.services();
  const reading = readOrders({ client, filters, call: callOf(session) }, personalData);
  return await readTo(reading, session, {
    add: (orders) => {
      totals.add(orders);
    },
    end: async (facts) => {
      const all = totals.value();
      const writer = await createRowWriter(format, ['status', 'count', 'sum'], out, 'totals');
      const rows = Object.entries(all.byStatus).map(([status, { count, sum = null }]) => [
        status,
        count,
        sum,
      ]);
      await out.write(writer.add(rows) + writer.end({ ...facts, unreadable_amounts: all.unreadable }));
      for (const line of [unreadableAmountsText(all.unreadable), withheldAmountsText(all)]) {
        if (line !== undefined) await err.write(`${line}\n`);
      }
    },
  });
}

type AmountCheck = ReturnType<typeof createAmountCheck>;

function amountCheckFor(columns: readonly Column[], personalData: PersonalData): AmountCheck | undefined {
  return columns.some(({ name }) => name === 'total') ? createAmountCheck(personalData) : undefined;
}

function amountFacts(check: AmountCheck | undefined) {
  return check === undefined ? {} : { unreadable_amounts: check.facts() };
}

function amountText(check: AmountCheck | undefined): string[] {
  const text = check && unreadableAmountsText(check.facts());
  return text === undefined ? [] : [text];
}

/** What becomes of the orders that are read. */
interface Sink {
  add(orders: readonly Order[]): void | Promise<void>;
  end(facts: ReadingFacts): Promise<void>;
}

/** Reads until the end, or until stdout is closed. What was read before an error is still closed with its facts. */
async function readTo(reading: Reading, { terminal: { out, err } }: Session, sink: Sink): Promise<ExitCode> {
  const finish = async () => {
    const facts = reading.facts();
    await sink.end(facts);
    for (const line of reading.text()) await err.write(`${line}\n`);
    return exitCodeOfReading(facts);
  };
  try {
    for await (const orders of reading.pages) {
      await sink.add(orders);
      if (out.isClosed()) return exitCodes.done;
    }
  } catch (error) {
    if (reading.facts().pages > 0) await finish();
    throw error;
  }
  return await finish();
}

/** What is known about one page, for programs. */
interface PageFacts extends Pick<
  ReadingFacts,
  'read' | 'counted' | 'repeated' | 'possibly_missed' | 'unreadable' | 'unreadable_orders' | 'drift'
> {
  readonly page: number;
  readonly last_page: number;
  /** Null where the API does not say. */
  readonly per_page: number | null;
}

function pageFactsOf(answer: OrdersPage, page: number, personalData: PersonalData): PageFacts {
  const { last_page, per_page = null, total: counted = null, unreadable = [], drift = [] } = answer;
  const read = uniqueOrders(answer.data).length;
  const missed = expectedOn(answer, page) - read - unreadable.length;
  return {
    page,
    last_page,
    per_page,
    counted,
    read,
    repeated: answer.data.length - read,
    possibly_missed: Math.max(0, missed),
    unreadable: unreadable.length,
    unreadable_orders: unreadable.map((entry) => ({ page, ...visibleUnreadable(entry, personalData) })),
    drift,
  };
}

/** How many orders a page should have by the API's own numbers; 0 where they do not say. */
function expectedOn({ last_page: last, per_page: perPage, total }: OrdersPage, page: number): number {
  if (total === undefined) return 0;
  if (perPage === undefined) return last <= 1 && page === 1 ? total : 0;
  return Math.min(perPage, total - (page - 1) * perPage);
}

function uniqueOrders(orders: readonly Order[]): readonly Order[] {
  const seen = new Set<number>();
  return orders.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** Which part of the list this page is, where there is more than one, and what is wrong with it. */
function pageText(facts: PageFacts, personalData: PersonalData): string[] {
  const { page, last_page: last, counted, read, possibly_missed: missed } = facts;
  const place = `Page ${page} of ${last}: ${read} of ${counted === null ? 'unknown many' : counted} orders.`;
  const next =
    page > last
      ? ` The last page is --page ${last}.`
      : page < last
        ? ` --page ${page + 1} shows the next, --all shows all.`
        : '';
  const left = unreadableText(facts.unreadable_orders, personalData);
  return [
    ...(last <= 1 && page <= 1 ? [] : [place + next]),
    ...(missed > 0 ? [`The API counts ${ordersText(missed)} more on this page; run the command again.`] : []),
    ...(facts.repeated > 0 ? [`Repeated orders left out: ${facts.repeated}.`] : []),
    ...(left === undefined ? [] : [left]),
  ];
}

function rowWriterOf(format: Format, columns: readonly Column[], { terminal }: Session): Promise<RowWriter> {
  return createRowWriter(
    format,
    columns.map(({ name }) => name),
    terminal.out,
    'orders',
  );
}

function rowsOf(orders: readonly Order[], columns: readonly Column[]): Row[] {
  return orders.map((order) => columns.map((column) => cellOf(order, column)));
}

/** An amount that only looks like a number once it is cleaned begins with an apostrophe. */
function cellOf(order: Order, column: Column): Cell {
  const cell = column.cellOf(order);
  const looksExact = column.name === 'total' && typeof cell === 'string' && /^[+-]?\d+(\.\d+)?$/.test(cell);
  return looksExact && exactAmount(order.total) === undefined ? `'${cell}` : cell;
}

/** @throws {UsageError} where `fields` is empty or names a column that does not exist or that the settings hide */
function chooseColumns(fields: readonly string[] | undefined, { config }: Session): readonly Column[] {
  const columns = columnsFor(config.WEMASY_PERSONAL_DATA);
  if (fields === undefined) return defaultColumns(columns);
  const known = `Columns: ${columns.map(({ name }) => name).join(', ')}.`;
  if (fields.length === 0) throw new UsageError('--fields names no column.', known);
  const unknown = fields.filter((field) => !columns.some(({ name }) => name === field));
  if (unknown.length > 0) {
    throw new UsageError(`--fields: there is no column ${unknown.join(', ')}.`, shownBy(unknown) ?? known);
  }
  return fields.flatMap((field) => columns.find(({ name }) => name === field) ?? []);
}

/** The strictest setting that shows the columns; undefined where they do not exist. */
function shownBy(fields: readonly string[]): string | undefined {
  const shownIn = (mode: PersonalData) =>
    fields.filter((field) => columnsFor(mode).some(({ name }) => name === field));
  const hidden = shownIn('full');
  const mode = personalDataModes.find((each) => shownIn(each).length === hidden.length);
  return hidden.length === 0 ? undefined : `--personal-data ${mode} shows ${hidden.join(', ')}.`;
}
