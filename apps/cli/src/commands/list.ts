import { ListOrdersQuery, ListOrdersRequest } from '@wemasy-orders/client/schemas';
import { columnsFor, defaultColumns } from '@wemasy-orders/presentation';
import { Option } from 'commander';
import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { UsageError } from '../errors.js';
import { createArgumentOptions } from '../argument-options.js';
import { formats } from '../output/formats.js';
import { sandboxOption, settingsOptions } from '../settings-options.js';

const ownOptions = [
  new Option('--page <number>', 'Page to show, from 1').conflicts(['all', 'summary']),
  new Option('--all', 'All pages, oldest orders first unless sorted otherwise'),
  new Option('--summary', 'Counts and exact sums by status over all pages, instead of orders').conflicts(
    'fields',
  ),
  new Option('--fields <names>', 'Columns to show, separated by commas'),
  new Option('--format <format>', 'Output format (default: table)').choices(formats),
  new Option('--excel', 'CSV that a Dutch Excel opens by double click').conflicts(['format', 'json']),
  jsonOption('The same as --format json; errors are JSON too').conflicts('format'),
];

const filters = createArgumentOptions([...ownOptions, sandboxOption, ...settingsOptions], ListOrdersRequest);

const Values = z.object({
  page: z.string().optional(),
  all: isOn,
  summary: isOn,
  format: z.enum(formats).default('table'),
  excel: isOn,
  json: isOn,
  fields: z.string().optional(),
});

/** A mark of the document may hide any column, also from an example. */
const exampleFields = defaultColumns(columnsFor('none'))
  .slice(0, 3)
  .map(({ name }) => name);

const fieldsExample: CommandDefinition['examples'] =
  exampleFields.length === 0
    ? []
    : [
        [
          `wemasy-orders list --search-query Jansen --fields ${exampleFields.join()}`,
          'only these columns of the orders that a search finds',
        ],
      ];

export const list: CommandDefinition = {
  name: 'list',
  onlyPrints: true,
  summary: 'List orders',
  description: [
    'Lists orders: one page, or with --all every page as it arrives. Amounts are exact and have no currency; dates are',
    "shop-local time. Control characters are removed from customers' texts, and in CSV an apostrophe precedes",
    'everything that a spreadsheet would run as a formula. How many orders were read, and whether that is as many as the',
    'API counts, goes to stderr, and with --json into "facts". If orders may be missing, the exit code is 1.',
  ].join(' '),
  options: [...filters.options, ...ownOptions],
  lists: { fields: columnsFor('full').map(({ name }) => name) },
  examples: [
    ['wemasy-orders list --status paid', 'the first page of the paid orders'],
    ['wemasy-orders list --all --excel > orders.csv', 'every order, for a Dutch Excel'],
    ...fieldsExample,
    ['wemasy-orders list --summary', 'how many orders each status has, and their sums'],
    ['wemasy-orders list --all --format ndjson | jq .id', 'ids, one a line, while pages still arrive'],
  ],
  async action({ options }, session) {
    const { page, json, excel, format, fields, ...wanted } = Values.parse(options);
    const { listOrders } = await import('../orders/list-orders.js');
    return await listOrders(
      {
        ...wanted,
        filters: filters.read(options),
        page: readPage(page),
        format: json ? 'json' : excel ? 'excel' : format,
        fields: fields
          ?.split(',')
          .map((name) => name.trim())
          .filter((name) => name !== ''),
      },
      session,
    );
  },
};

function readPage(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = ListOrdersQuery.shape.page.safeParse(Number(text));
  if (parsed.success) return parsed.data;
  throw new UsageError(`--page ${JSON.stringify(text)} is no page.`, 'Give a whole number from 1.');
}
