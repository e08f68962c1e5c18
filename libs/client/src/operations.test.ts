import { expect, it, vi } from 'vitest';
import type * as callsModule from './generated/calls.js';
import { rateLimitPolicies } from './operations.js';

// A document in which two operations share an allowance.
vi.mock('./generated/calls.js', async (importOriginal) => {
  const { calls, ...others } = await importOriginal<typeof callsModule>();
  const rateLimit = { limit: 60, windowSeconds: 60, bucket: 'reads' };
  const { listOrders, syncOrder } = calls;
  const showOrder = { ...listOrders, operationId: 'showOrder', rateLimit };
  return { ...others, calls: { listOrders: { ...listOrders, rateLimit }, showOrder, syncOrder } };
});

it('a limit for one operation of a bucket holds for all of them, and for no other', () => {
  const [list, show, sync] = rateLimitPolicies({ listOrders: { limit: 3, windowSeconds: 5 } });
  expect(list).toEqual({ name: 'listOrders', bucket: 'reads', limit: 3, windowMs: 5_000 });
  expect(show).toEqual({ ...list, name: 'showOrder' });
  expect(sync).toEqual(rateLimitPolicies()[2]);
});
