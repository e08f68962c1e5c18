import { operations } from '@wemasy-orders/client/operations';
import { describe, expect, it } from 'vitest';
import { leastTimeMs, sendingAllowance } from './allowance.js';

describe('the allowance for sending', () => {
  it("is the document's, or the one that was set for the account", () => {
    const { limit, windowSeconds } = operations.syncOrder.rateLimit;
    expect(sendingAllowance({})).toEqual({ limit, windowMs: windowSeconds * 1_000 });
    expect(sendingAllowance({ syncOrder: { limit: 10, windowSeconds: 30 } })).toEqual({
      limit: 10,
      windowMs: 30_000,
    });
  });

  it.each([
    [0, 0],
    [1, 0],
    [5, 0],
    [6, 60_000],
    [60, 11 * 60_000],
  ])('lets %i orders through in %i ms at least', (orders, ms) => {
    expect(leastTimeMs(orders, { limit: 5, windowMs: 60_000 })).toBe(ms);
  });
});
