import { expect, it, vi } from 'vitest';
import type * as operationsModule from '@wemasy-orders/client/operations';
import { readConfig } from './config.js';

// A document in which both operations share an allowance.
vi.mock('@wemasy-orders/client/operations', async (importOriginal) => {
  const { operations, ...others } = await importOriginal<typeof operationsModule>();
  const entries = Object.entries(operations).map(([name, operation]) => [
    name,
    { ...operation, rateLimit: { ...operation.rateLimit, bucket: 'all' } },
  ]);
  return { ...others, operations: Object.fromEntries(entries) };
});

const faultsOf = (limits: string) =>
  readConfig({
    flags: {},
    environment: { WEMASY_API_TOKEN: 'token', WEMASY_STATE: 'memory', WEMASY_RATE_LIMITS: limits },
    platform: 'linux',
    home: '/home/shop',
    readFile: () => '',
  }).faults;

it('two limits for one shared allowance are a fault of the configuration', () => {
  expect(faultsOf('listOrders=3/5,syncOrder=9/5')).toEqual([
    'WEMASY_RATE_LIMITS must give listOrders and syncOrder the same limit, because they share one allowance.',
  ]);
  expect(faultsOf('listOrders=3/5,syncOrder=3/5')).toEqual([]);
  expect(faultsOf('listOrders=3/5')).toEqual([]);
});
