import { SyncOrderArguments } from '@wemasy-orders/client/schemas';
import { cleanText, showsWords } from '@wemasy-orders/presentation';
import * as z from 'zod';
import { portableSchema } from './portable-schema.js';
import { defineTool, type ToolHandler, type ToolOperation, type ToolSettings } from './tool.js';

const { order_id: orderId } = SyncOrderArguments.shape;

const Arguments = z.strictObject({
  order_id: orderId.min(1).describe(orderId.description ?? ''),
  resend: z.boolean().optional().describe('Send again; only if the user insists.'),
});

/** What `sync_order` answers; the message is the API's. */
const SyncedOrder = z.strictObject({
  order_id: z.int(),
  outcome: z.enum(['synced']),
  message: z.string(),
  synced_at: z.string(),
  note: z.string().exactOptional(),
});
/** To a reader who may not see what the API says. */
const SilentlySyncedOrder = SyncedOrder.omit({ message: true });

/** Sends an order through the journal, which a write needs. */
export function syncOrderTool(operation: ToolOperation, settings: ToolSettings): ToolHandler {
  const showsMessage = showsWords(settings.personalData, operation.operationId);
  return defineTool({
    operation,
    settings,
    arguments: Arguments,
    outputSchema: () => portableSchema(showsMessage ? SyncedOrder : SilentlySyncedOrder),
    async run({ order_id, resend }, call) {
      const { orderSync } = await call.services();
      const { message, syncedAt, recorded } = await orderSync.sync(order_id, { ...call.options, resend });
      const notes = [recorded ? undefined : notRecorded, call.note].filter((note) => note !== undefined);
      const structured: SyncResult = {
        order_id,
        outcome: 'synced',
        ...(showsMessage ? { message: cleanText(message) } : {}),
        synced_at: syncedAt,
        ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
      };
      return { structured, text: textOf(structured) };
    },
  });
}

/** The order is in the books, but the journal is not writable: another process would call the outcome unknown. */
const notRecorded =
  'The journal could not be written, so this sync is not recorded yet. Tell the user; do not send the order again.';

type SyncResult = z.output<typeof SilentlySyncedOrder> & { readonly message?: string };

function textOf({ order_id, outcome, message, synced_at, note }: SyncResult): string {
  return [
    `order ${order_id}: ${outcome} at ${synced_at}`,
    ...(message === undefined ? [] : [`the API says ${JSON.stringify(message)}`]),
    ...(note === undefined ? [] : [note]),
  ].join('\n');
}
