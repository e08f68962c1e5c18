/**
 * A process that sends orders, and writes the outcome of each as a line of JSON. It may be killed at any moment.
 *
 * Its one argument is JSON: what `createStack` takes, and `orderIds`.
 */
import { syncMany } from '@wemasy-orders/order-sync';
import { createStack } from './stack.js';

/** @type {Parameters<typeof createStack>[0] & { orderIds: number[] }} */
const { orderIds, ...options } = JSON.parse(process.argv[2] ?? '');
const { orderSync, close } = createStack(options);
for await (const { orderId, outcome: kind } of syncMany(orderSync, orderIds)) {
  process.stdout.write(`${JSON.stringify({ orderId, kind })}\n`);
}
await orderSync.settle();
await close();
