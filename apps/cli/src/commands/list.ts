import type { Order, OrderFilters, OrderPage } from '@wemasy-orders/client';
import { ListOrdersQuery } from '@wemasy-orders/client/schemas';
import {
  type Column,
  columnsFor,
  createTotals,
  defaultColumns,
  type PersonalData,
  personalDataModes,
} from '@wemasy-orders/presentation';
import { Option } from 'commander';
import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { UsageError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { createOrderFilters } from '../filter-options.js';
import { driftNotice, readPages } from '../orders/read-pages.js';
import { createRowWriter, type Format, formats } from '../output/formats.js';
import type { Row, RowWriter } from '../output/row-writer.js';
import type { Session } from '../session.js';
import { sandboxOption, settingsOptions } from '../settings-options.js';
import { waitNotice } from '../wait-notice.js';

const ownOptions = [
  new Option('--page <number>', 'Page to show, from 1').conflicts(['all', 'summary']),
  new Option('--all', 'All pages, oldest orders first unless sorted otherwise'),
  new Option('--summary', 'Counts and exact sums by status over all pages, instead of orders').conflicts(
    'fields',
  ),
  new Option('--fields <names>', 'Columns to show, separated by commas'),
  new Option('--format <format>', 'Output format (default: table)').choices(formats),
  jsonOption('The same as --format json; errors are JSON too').conflicts('format'),
];

const filters = createOrderFilters([...ownOptions, sandboxOption, ...settingsOptions]);

const Values = z.object({
  page: z.string().optional(),
  all: isOn,
  summary: isOn,
  format: z.enum(formats).default('table'),
  json: isOn,
  fields: z.string().optional(),
});

export const list: CommandDefinition = {
  name: 'list',
  summary: 'List orders',
  description: [
    'Lists orders: one page, or with --all every page as it arrives. Amounts are exact and have no currency; dates are',
    "shop-local time. Control characters are removed from customers' texts, and in CSV a text that a spreadsheet would run",
    'as a formula begins with an apostrophe.',
  ].join(' '),
  options: [...filters.options, ...ownOptions],
  lists: { fields: columnsFor('full').map(({ name }) => name) },
  examples: [
    ['wemasy-orders list --status paid', 'the first page of the paid orders'],
    ['wemasy-orders list --all --format csv > orders.csv', 'every order, for a spreadsheet'],
    [
      'wemasy-orders list --search-query Jansen --fields id,date,total',
      'three columns of the orders that a search finds',
    ],
    ['wemasy-orders list --summary', 'how many orders each status has, and their sums'],
    ['wemasy-orders list --all --format ndjson | jq .id', 'ids, one a line, while pages still arrive'],
  ],
  async action({ options }, session) {
    const { page, json, format, fields, all, summary } = Values.parse(options);
    const list: ListOptions = {
      filters: filters.read(options),
      page: readPage(page),
      format: json ? 'json' : format,
      fields: fields
        ?.split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    };
    if (summary) await summarize(list, session);
    else if (all) await listAll(list, session);
    else await listPage(list, session);
    return exitCodes.done;
  },
};

interface ListOptions {
  readonly filters: OrderFilters;
  /** Default: 1. */
  readonly page: number | undefined;
  readonly format: Format;
  /** Columns instead of the default ones. */
  readonly fields: readonly string[] | undefined;
}

function readPage(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = ListOrdersQuery.required().safeParse({ page: Number(text) });
  if (parsed.success) return parsed.data.page;
  throw new UsageError(`--page ${JSON.stringify(text)} is no page.`, 'Give a whole number from 1.');
}

/** One page that fits a screen. */
const shownPerPage = 25;

async function listPage({ filters, page = 1, format, fields }: ListOptions, session: Session): Promise<void> {
  const { out, err } = session.terminal;
  const columns = chooseColumns(fields, session);
  const answer = await session
    .services()
    .client.list({ per_page: shownPerPage, ...filters, page }, callOf(session));
  const writer = rowWriterOf(format, columns, session);
  await out.write(writer.add(rowsOf(answer.data, columns)) + writer.end());
  const notice = pageNotice(answer);
  if (notice !== undefined) await err.write(`${notice}\n`);
}

async function listAll({ filters, format, fields }: ListOptions, session: Session): Promise<void> {
  const { out, err } = session.terminal;
  const columns = chooseColumns(fields, session);
  const writer = rowWriterOf(format, columns, session);
  const { client } = session.services();
  const pages = readPages({ client, filters, call: callOf(session) });
  for (;;) {
    const next = await pages.next();
    if (next.done === true) {
      await out.write(writer.end());
      const notice = driftNotice(next.value);
      if (notice !== undefined) await err.write(`${notice}\n`);
      return;
    }
    await out.write(writer.add(rowsOf(next.value.orders, columns)));
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
      const writer = createRowWriter(format, ['status', 'count', 'sum'], out);
      const rows = Object.entries(byStatus).map(([status, { count, sum }]) => [status, count, sum]);
      await out.write(writer.add(rows) + writer.end());
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

function rowWriterOf(format: Format, columns: readonly Column[], { terminal }: Session): RowWriter {
  return createRowWriter(
    format,
    columns.map(({ name }) => name),
    terminal.out,
  );
}

function rowsOf(orders: readonly Order[], columns: readonly Column[]): Row[] {
  return orders.map((order) => columns.map((column) => column.cellOf(order)));
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

/** Which part of the list this page is, where there is more than one. */
function pageNotice({ data, current_page: page, last_page: last, total }: OrderPage): string | undefined {
  if (last <= 1 && page <= 1) return undefined;
  const place = `Page ${page} of ${last}: ${data.length} of ${total} orders.`;
  if (page > last) return `${place} The last page is --page ${last}.`;
  return page < last ? `${place} --page ${page + 1} shows the next, --all shows all.` : place;
}
