import { operations } from '@wemasy-orders/client/operations';
import { ListOrdersQuery, ListOrdersRequest } from '@wemasy-orders/client/schemas';
import { columnsFor, defaultColumns, type PersonalData } from '@wemasy-orders/presentation';
import type { Clock } from '@wemasy-orders/state';
import * as z from 'zod';
import { OrdersTable, tableOf, textOf, withNote } from '../results/orders-table.js';
import { noteOfIgnored, parseArguments } from './arguments.js';
import { portableSchema } from './portable-schema.js';
import { summarize } from './summary.js';
import type { Tool } from './tool.js';

const defaultPerPage = 25;
/** More rows than this would fill an assistant's context; asking for more is an error, never a silent cut. */
const maxPerPage = 100;

export interface ListOrdersOptions {
  readonly personalData: PersonalData;
  /** Longest wait for the API's allowance, in ms; a summary reads pages for as long. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
}

export function listOrdersTool({ personalData, maxWaitMs, clock }: ListOrdersOptions): Tool {
  const columns = columnsFor(personalData);
  const [first, ...rest] = columns.map(({ name }) => name);
  if (first === undefined) throw new TypeError('an order has at least one public field');
  const Arguments = z.strictObject({
    ...ListOrdersRequest.shape,
    per_page: z
      .int()
      .min(1)
      .max(maxPerPage)
      .default(defaultPerPage)
      .describe(ListOrdersRequest.shape.per_page.description ?? ''),
    ...ListOrdersQuery.shape,
    fields: z
      .array(z.enum([first, ...rest]))
      .min(1)
      .optional()
      .describe('Columns to show.'),
    summarize: z.boolean().optional().describe('Counts and sums by status, no rows.'),
  });

  const inputSchema = portableSchema(Arguments);

  return {
    ...operations.listOrders.tool,
    inputSchema,
    outputSchema: portableSchema(OrdersTable),
    async run(input, call) {
      const { values, ignored } = parseArguments({ schema: Arguments, inputSchema }, input);
      const { fields, summarize: wantsSummary, page = 1, ...filters } = values;
      const answer = (table: OrdersTable) => {
        const structured = withNote(table, noteOfIgnored(ignored));
        return { structured, text: textOf(structured) };
      };
      const { client } = await call.services();
      if (wantsSummary) {
        const options = { client, filters, firstPage: page, maxWaitMs, clock, call };
        return answer(await summarize({ ...options, perPage: maxPerPage }));
      }
      const answered = await client.list(
        { ...filters, page },
        {
          signal: call.signal,
          maxWaitMs,
          onWait: (wait) => {
            call.progress.waits(wait);
          },
        },
      );
      const chosen =
        fields && [...new Set(fields)].flatMap((field) => columns.find(({ name }) => name === field) ?? []);
      return answer(
        tableOf(answered, { columns: chosen ?? defaultColumns(columns), chosen: chosen !== undefined }),
      );
    },
  };
}
