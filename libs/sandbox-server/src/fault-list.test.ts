import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestSandbox, type TestSandbox } from './testing/test-sandbox.js';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await startTestSandbox({ orders: 20 });
});
afterEach(() => sandbox.close());

async function statuses(...calls: ('list' | 'sync')[]): Promise<number[]> {
  const found = [];
  for (const call of calls) found.push((await sandbox[call]({ body: { order_id: 2502 } })).status);
  return found;
}

it('a fault affects as many requests as it says', async () => {
  await sandbox.setFault({ kind: 'server_error', requests: 2 });
  expect(await statuses('sync', 'list', 'sync')).toEqual([500, 500, 200]);
});

it('a fault affects one request by default', async () => {
  await sandbox.setFault({ kind: 'server_error' });
  expect(await statuses('sync', 'sync')).toEqual([500, 200]);
});

it('a fault of one operation does not affect the other', async () => {
  await sandbox.setFault({ kind: 'server_error', operation: 'syncOrder' });
  expect(await statuses('list', 'sync', 'sync')).toEqual([200, 500, 200]);
});

it('faults apply in the order they were set, one per request', async () => {
  await sandbox.setFault({ kind: 'server_error', status: 502, operation: 'syncOrder' });
  await sandbox.setFault({ kind: 'server_error', status: 503, requests: 2 });
  await sandbox.setFault({ kind: 'rate_limited' });
  expect(await statuses('list', 'sync', 'list', 'list', 'list')).toEqual([503, 502, 503, 429, 200]);
});

it('a fault affects exactly as many concurrent requests as it says', async () => {
  await sandbox.setFault({ kind: 'server_error', requests: 3 });
  const answers = await Promise.all(Array.from({ length: 10 }, () => sandbox.list()));
  expect(answers.filter(({ status }) => status === 500)).toHaveLength(3);
});

it('a path or method that does not exist uses up no fault', async () => {
  await sandbox.setFault({ kind: 'server_error' });
  expect((await sandbox.sync({ method: 'PUT' })).status).toBe(405);
  expect((await sandbox.get('/api/nothing')).status).toBe(404);
  expect(await statuses('sync')).toEqual([500]);
});
