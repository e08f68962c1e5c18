import { type Operation, operations } from '@wemasy-orders/client/operations';
import { isToolOperation } from './define-tool.js';
import { listOrdersTool } from './list-orders.js';
import { operationTool } from './operation-tool.js';
import { syncOrderTool } from './sync-order.js';
import type { Tool, ToolSettings } from './tool.js';

/** Tools with a presentation or a journal of their own, by operation; all others come from the document alone. */
const ownTools = new Map<string, typeof operationTool>([
  [operations.listOrders.operationId, listOrdersTool],
  [operations.syncOrder.operationId, syncOrderTool],
]);

/** Every tool that the document offers, in its order; of those that write, none where only reading is allowed. */
export function createTools({
  readOnly,
  ...settings
}: ToolSettings & { readonly readOnly: boolean }): Tool[] {
  return Object.values<Operation>(operations)
    .filter(isToolOperation)
    .filter(({ tool }) => tool.annotations.readOnlyHint || !readOnly)
    .map((operation) => (ownTools.get(operation.operationId) ?? operationTool)(operation, settings));
}
