import { ListOrdersArguments } from '@wemasy-orders/client/schemas';
import { columnsFor, defaultColumns } from '@wemasy-orders/presentation';
import * as z from 'zod';
import { OrdersTable, tableOf, textOf, withNote } from '../results/orders-table.js';
import { portableSchema } from './portable-schema.js';
import { summarize } from './summary.js';
import { defineTool, type ToolHandler, type ToolOperation, type ToolSettings } from './tool.js';

const defaultPerPage = 25;
/** More rows than this would fill an assistant's context; asking for more is an error, never a silent cut. */
const mostRows = 100;

/** A list of orders as a table with totals, in fewer tokens than its answer has. */
export function listOrdersTool(operation: ToolOperation, settings: ToolSettings): ToolHandler {
  const { personalData, maxWaitMs, clock } = settings;
  const columns = columnsFor(personalData);
  const { shape } = ListOrdersArguments;
  let maxPerPage = mostRows;
  // The document may allow fewer.
  while (maxPerPage > 1 && !shape.per_page.safeParse(maxPerPage).success) maxPerPage -= 1;
  return defineTool({
    operation,
    settings,
    arguments: z.strictObject({
      ...shape,
      per_page: z
        .int()
        .min(1)
        .max(maxPerPage)
        .default(Math.min(defaultPerPage, maxPerPage))
        .describe(shape.per_page.description ?? ''),
      fields: z
        .array(z.enum(columns.map(({ name }) => name)))
        .min(1)
        .optional()
        .describe('Columns to show.'),
      summarize: z.boolean().optional().describe('Counts and sums by status, no rows.'),
    }),
    outputSchema: () => portableSchema(OrdersTable),
    async run({ fields, summarize: wantsSummary, page = 1, ...filters }, call) {
      const answer = (table: OrdersTable) => {
        const structured = withNote(table, call.note);
        return { structured, text: textOf(structured) };
      };
      const { client } = await call.services();
      if (wantsSummary) {
        const options = { client, filters, firstPage: page, personalData, maxWaitMs, clock, call };
        return answer(await summarize({ ...options, perPage: maxPerPage }));
      }
      const answered = await client.list({ ...filters, page }, call.options);
      const chosen =
        fields && [...new Set(fields)].flatMap((field) => columns.find(({ name }) => name === field) ?? []);
      return answer(
        tableOf(answered, {
          columns: chosen ?? defaultColumns(columns),
          chosen: chosen !== undefined,
          personalData,
        }),
      );
    },
  });
}
