import { type OrderPage, type OrdersClient, RateLimitedError } from '@wemasy-orders/client';
import { operations } from '@wemasy-orders/client/operations';
import { ListOrdersQuery, ListOrdersRequest } from '@wemasy-orders/client/schemas';
import { columnsFor, createTotals, defaultColumns, type PersonalData } from '@wemasy-orders/present';
import type { Clock } from '@wemasy-orders/state';
import * as z from 'zod';
import { OrdersTable, summaryOf, tableOf, textOf } from '../present/orders-table.js';
import { parseArguments } from './arguments.js';
import { portableSchema } from './portable-schema.js';
import type { Tool, ToolCall } from './tool.js';

const defaultPerPage = 25;
/** More rows than this would fill an assistant's context; asking for more is an error, never a silent cut. */
const maxPerPage = 100;

export interface ListOrdersOptions {
  /** @throws {ConfigurationError} when the server is not configured to call the API */
  readonly client: () => OrdersClient;
  readonly personalData: PersonalData;
  /** How long a summary may keep reading pages, in ms. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
}

export function listOrdersTool({ client, personalData, maxWaitMs, clock }: ListOrdersOptions): Tool {
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
      .describe(`${ListOrdersRequest.shape.per_page.description ?? ''} At most ${maxPerPage}.`),
    ...ListOrdersQuery.shape,
    fields: z
      .array(z.enum([first, ...rest]))
      .min(1)
      .optional()
      .describe('Columns to show instead of the usual ones.'),
    summarize: z
      .boolean()
      .optional()
      .describe('Counts and exact sums by status over all matching pages instead of rows.'),
  });

  async function summarize(
    filters: Parameters<OrdersClient['list']>[0],
    call: ToolCall,
  ): Promise<OrdersTable> {
    const firstPage = filters?.page ?? 1;
    const endsAt = clock.monotonic() + maxWaitMs;
    const totals = createTotals();
    let lastPageRead: OrderPage | undefined;
    let ordersRead = 0;
    const stoppedAt = (reason: string, read: OrderPage) =>
      summaryOf(totals.value(), {
        firstPage,
        lastPageRead: read,
        ordersRead,
        stopped: `${reason} Call again with summarize and page ${read.current_page + 1} for the rest, and add the sums.`,
      });
    for (let page = firstPage; lastPageRead === undefined || page <= lastPageRead.last_page; page += 1) {
      const leftMs = endsAt - clock.monotonic();
      if (lastPageRead !== undefined && leftMs <= 0) return stoppedAt('Time was up.', lastPageRead);
      try {
        lastPageRead = await client().list(
          { ...filters, per_page: maxPerPage, page },
          { signal: call.signal, maxWaitMs: Math.max(0, leftMs) },
        );
      } catch (error) {
        if (lastPageRead === undefined || !(error instanceof RateLimitedError)) throw error;
        return stoppedAt(`The allowance is used up for ${error.retryAfterSeconds} s.`, lastPageRead);
      }
      totals.add(lastPageRead.data);
      ordersRead += lastPageRead.data.length;
      call.progress(`read page ${page} of ${lastPageRead.last_page}`);
    }
    return summaryOf(totals.value(), { firstPage, lastPageRead, ordersRead });
  }

  return {
    ...operations.listOrders.tool,
    inputSchema: portableSchema(Arguments),
    outputSchema: portableSchema(OrdersTable),
    async run(input, call) {
      const { fields, summarize: wantsSummary, ...filters } = parseArguments(Arguments, input);
      if (wantsSummary) return answer(await summarize(filters, call));
      const page = await client().list(filters, {
        signal: call.signal,
        onWait: ({ expectedWaitMs }) => {
          call.progress(`waiting ${Math.ceil(expectedWaitMs / 1000)} s for the API's allowance`);
        },
      });
      const chosen = fields && columns.filter(({ name }) => fields.includes(name));
      return answer(tableOf(page, chosen ?? defaultColumns(columns)));
    },
  };
}

function answer(table: OrdersTable) {
  return { structured: table, text: textOf(table) };
}
