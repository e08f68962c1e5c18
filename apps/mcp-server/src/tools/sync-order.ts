import { operations } from '@wemasy-orders/client/operations';
import { SyncOrderRequest } from '@wemasy-orders/client/schemas';
import { cleanText } from '@wemasy-orders/presentation';
import * as z from 'zod';
import { noteOf } from '../results/note.js';
import { noteOfIgnored, parseArguments } from './arguments.js';
import { portableSchema } from './portable-schema.js';
import type { Tool } from './tool.js';

const { order_id: orderId } = SyncOrderRequest.shape;

const Arguments = z.strictObject({
  order_id: orderId.min(1).describe(orderId.description ?? ''),
  resend: z.boolean().optional().describe('Send again; only if the user insists.'),
});

/** What `sync_order` answers. */
const SyncedOrder = z.strictObject({
  order_id: z.int(),
  outcome: z.enum(['synced']),
  message: z.string(),
  synced_at: z.string(),
  note: z.string().exactOptional(),
});

export interface SyncOrderOptions {
  /** Longest wait for the API's allowance, in ms. */
  readonly maxWaitMs: number;
}

export function syncOrderTool({ maxWaitMs }: SyncOrderOptions): Tool {
  const inputSchema = portableSchema(Arguments);

  return {
    ...operations.syncOrder.tool,
    inputSchema,
    outputSchema: portableSchema(SyncedOrder),
    async run(input, call) {
      const { values, ignored } = parseArguments({ schema: Arguments, inputSchema }, input);
      const { order_id, resend } = values;
      const { orderSync } = await call.services();
      const { message, syncedAt, recorded } = await orderSync.sync(order_id, {
        resend,
        maxWaitMs,
        signal: call.signal,
        onWait: (wait) => {
          call.progress.waits(wait);
        },
      });
      const structured: z.output<typeof SyncedOrder> = {
        order_id,
        outcome: 'synced',
        message: cleanText(message),
        synced_at: syncedAt,
        ...noteOf(recorded ? undefined : notRecorded, noteOfIgnored(ignored)),
      };
      return { structured, text: textOf(structured) };
    },
  };
}

/** The order is in the books, but the journal is not writable: another process would call the outcome unknown. */
const notRecorded =
  'The journal could not be written, so this sync is not recorded yet. Tell the user; do not send the order again.';

function textOf({ order_id, outcome, message, synced_at, note }: z.output<typeof SyncedOrder>): string {
  return [
    `order ${order_id}: ${outcome} at ${synced_at}`,
    `the API says ${JSON.stringify(message)}`,
    ...(note === undefined ? [] : [note]),
  ].join('\n');
}
