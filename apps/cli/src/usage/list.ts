import { ListOrdersQuery } from '@wemasy-orders/client/schemas';
import { columnsFor } from '@wemasy-orders/presentation';
import { Option } from 'commander';
import * as z from 'zod';
import { list as listOrders } from '../commands/list.js';
import { formats } from '../output/rows.js';
import { UsageError } from '../usage-error.js';
import { type Definition, isOn, jsonOption } from './definition.js';
import { filters, readFilters } from './filters.js';

const Values = z.object({
  page: z.string().optional(),
  all: isOn,
  summary: isOn,
  format: z.enum(formats).default('table'),
  json: isOn,
  fields: z.string().optional(),
});

export const list: Definition = {
  name: 'list',
  summary: 'List orders',
  description: [
    'Lists orders: one page, or with --all every page as it comes. Amounts are exact and have no currency; dates are',
    'shop-local time. What a customer wrote is cleaned of control characters, and in CSV a text that a spreadsheet would',
    'run as a formula begins with an apostrophe.',
  ].join(' '),
  options: [
    ...filters,
    new Option('--page <number>', 'Page to show, from 1').conflicts(['all', 'summary']),
    new Option('--all', 'All pages, oldest orders first unless sorted otherwise'),
    new Option('--summary', 'Counts and exact sums by status over all pages, instead of orders').conflicts(
      'fields',
    ),
    new Option('--fields <names>', 'Columns to show, with commas between them'),
    new Option('--format <format>', 'How to write it (default: table)').choices(formats),
    jsonOption('The same as --format json; a fault is JSON too').conflicts('format'),
  ],
  lists: { fields: columnsFor('full').map(({ name }) => name) },
  examples: [
    ['wemasy-orders list --status paid', 'the first page of the paid orders'],
    ['wemasy-orders list --all --format csv > orders.csv', 'every order, for a spreadsheet'],
    [
      'wemasy-orders list --search-query Jansen --fields id,date,total',
      'three columns of what a search finds',
    ],
    ['wemasy-orders list --summary', 'how many orders there are of each status, and their sums'],
    ['wemasy-orders list --all --format ndjson | jq .id', 'ids, one a line, while the pages still come'],
  ],
  async run({ values }, session) {
    const { page, json, format, fields, ...switches } = Values.parse(values);
    const options = {
      ...switches,
      filters: readFilters(values),
      page: readPage(page),
      format: json ? ('json' as const) : format,
      fields: fields
        ?.split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    };
    return await listOrders(options, session);
  },
};

function readPage(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = ListOrdersQuery.required().safeParse({ page: Number(text) });
  if (parsed.success) return parsed.data.page;
  throw new UsageError(`--page ${JSON.stringify(text)} is no page.`, 'Give a whole number from 1.');
}
