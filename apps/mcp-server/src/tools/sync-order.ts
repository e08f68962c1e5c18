import { operations } from '@wemasy-orders/client/operations';
import { SyncOrderRequest } from '@wemasy-orders/client/schemas';
import type { OrderSync } from '@wemasy-orders/order-sync';
import { cleanText } from '@wemasy-orders/presentation';
import * as z from 'zod';
import { parseArguments } from './arguments.js';
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
});

export interface SyncOrderOptions {
  /** @throws {ConfigurationError} when the server is not configured to call the API */
  readonly orderSync: () => Pick<OrderSync, 'sync'>;
}

export function syncOrderTool({ orderSync }: SyncOrderOptions): Tool {
  return {
    ...operations.syncOrder.tool,
    inputSchema: portableSchema(Arguments),
    outputSchema: portableSchema(SyncedOrder),
    async run(input, call) {
      const { order_id, resend } = parseArguments(Arguments, input);
      const { message, syncedAt } = await orderSync().sync(order_id, {
        resend,
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
      };
      return { structured, text: textOf(structured) };
    },
  };
}

function textOf({ order_id, outcome, message, synced_at }: z.output<typeof SyncedOrder>): string {
  return [`order ${order_id}: ${outcome} at ${synced_at}`, `the API says ${JSON.stringify(message)}`].join(
    '\n',
  );
}
