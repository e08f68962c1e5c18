import { operations } from '@wemasy-orders/client/operations';
import { expect, it } from 'vitest';
import { instructionsFor } from './create-tools.js';

const { listOrders, syncOrder } = operations;

it('the instructions speak of every tool that is offered', () => {
  const instructions = instructionsFor([listOrders.tool, syncOrder.tool]);
  expect(instructions).toContain('Use list_orders');
  expect(instructions).toContain('sync_order sends an order');
});

it('the instructions say nothing of a tool that is not offered', () => {
  const instructions = instructionsFor([listOrders.tool]);
  expect(instructions).toContain('Use list_orders');
  expect(instructions).not.toMatch(/sync|SnelStart/);
});
