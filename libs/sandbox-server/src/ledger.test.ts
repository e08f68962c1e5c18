import { afterEach, beforeEach, expect, it } from 'vitest';
import { ListOrdersResponse } from '@wemasy-orders/client/schemas';
import { startTestSandbox, type TestSandbox } from './testing/test-sandbox.js';
import { tokens } from './tokens.js';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await startTestSandbox({ orders: 20 });
});
afterEach(() => sandbox.close());

async function ledger(): Promise<unknown> {
  return (await sandbox.get('/sandbox/ledger')).json;
}

async function documentedOrder() {
  const { json } = await sandbox.list({ body: { search_query: 'john doe' } });
  return ListOrdersResponse.parse(json).data.data[0];
}

it('is empty at first', async () => {
  expect(await ledger()).toEqual([]);
});

it('records each sync with its time and token', async () => {
  await sandbox.sync({ body: { order_id: 2502 } });
  expect(await ledger()).toEqual([
    { id: 1, order_id: 2502, token: tokens.fullAccess, synced_at: '2026-11-22T09:00:00.250Z' },
  ]);
});

it('books an order that is sent twice twice', async () => {
  await sandbox.sync({ body: { order_id: 2502 } });
  sandbox.clock.now += 1_000;
  const second = await sandbox.sync({ body: { order_id: '2502' } });
  expect(second.status).toBe(200);
  expect(await ledger()).toEqual([
    expect.objectContaining({ id: 1, order_id: 2502, synced_at: '2026-11-22T09:00:00.250Z' }),
    expect.objectContaining({ id: 2, order_id: 2502, synced_at: '2026-11-22T09:00:01.250Z' }),
  ]);
});

it('does not record refused requests', async () => {
  await sandbox.sync({ token: null, body: { order_id: 2502 } });
  await sandbox.sync({ token: tokens.readOnly, body: { order_id: 2502 } });
  await sandbox.sync({ body: { order_id: 42 } });
  await sandbox.sync({ body: '{"order_id": 2502' });
  expect(await ledger()).toEqual([]);
});

it('a sync clears should_snelstart_sync in later lists, and changes nothing else', async () => {
  const before = await documentedOrder();
  expect(before?.should_snelstart_sync).toBe(true);
  await sandbox.sync({ body: { order_id: 2502 } });
  const after = await documentedOrder();
  expect(after).toEqual({ ...before, should_snelstart_sync: false });
  expect(JSON.stringify(after)).toBe(
    JSON.stringify(before).replace('"should_snelstart_sync":true', '"should_snelstart_sync":false'),
  );
});
