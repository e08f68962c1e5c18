import { request } from 'node:http';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { operations } from '@wemasy-orders/client/operations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  sharesAllowance,
  startTestSandbox,
  type TestAnswer,
  type TestSandbox,
} from './testing/test-sandbox.js';
import { tokens } from './tokens.js';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await startTestSandbox({ orders: 20, windowSeconds: 60 });
});
afterEach(() => sandbox.close());

function post(body: unknown, headers: Record<string, string> = {}): Promise<TestAnswer> {
  return sandbox.send('/sandbox/faults', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('/sandbox/faults', () => {
  it('is empty at first', async () => {
    expect((await sandbox.get('/sandbox/faults')).json).toEqual([]);
  });

  it('lists faults with their defaults', async () => {
    const answer = await post({ kind: 'connection_reset' });
    await post({ kind: 'latency', milliseconds: 5, operation: 'listOrders', requests: 2, when: 'after' });
    expect([answer.status, answer.json]).toEqual([
      201,
      [{ kind: 'connection_reset', requests: 1, when: 'before' }],
    ]);
    expect((await sandbox.get('/sandbox/faults')).json).toEqual([
      { kind: 'connection_reset', requests: 1, when: 'before' },
      { kind: 'latency', milliseconds: 5, operation: 'listOrders', requests: 2, when: 'after' },
    ]);
  });

  it('counts down the rest', async () => {
    await post({ kind: 'server_error', requests: 2 });
    await sandbox.list();
    expect((await sandbox.get('/sandbox/faults')).json).toMatchObject([{ requests: 1 }]);
    await sandbox.list();
    expect((await sandbox.get('/sandbox/faults')).json).toEqual([]);
  });

  it('is cleared with DELETE', async () => {
    await post({ kind: 'server_error', requests: 100 });
    expect((await sandbox.send('/sandbox/faults', { method: 'DELETE' })).json).toEqual([]);
    expect((await sandbox.list()).status).toBe(200);
  });

  it.each([
    [{ kind: 'earthquake' }, /invalid discriminator|Invalid input/i],
    [{}, /kind/],
    [{ kind: 'latency' }, /milliseconds/],
    [{ kind: 'latency', milliseconds: 600_001 }, /milliseconds/],
    [{ kind: 'server_error', status: 404 }, /status/],
    [{ kind: 'server_error', requests: 0 }, /requests/],
    [{ kind: 'server_error', operation: 'cancelOrder' }, /operation/],
    [{ kind: 'rate_limited', when: 'after' }, /when/],
    [{ kind: 'truncated_json', when: 'before' }, /when/],
    [[], /Invalid input/],
  ])('refuses %j and says why', async (fault, reason) => {
    const answer = await post(fault);
    expect(answer.status).toBe(422);
    expect(answer.json).toEqual({ error: true, message: expect.stringMatching(reason) });
    expect((await sandbox.get('/sandbox/faults')).json).toEqual([]);
  });

  it('refuses a body that is not JSON', async () => {
    expect((await post('{')).status).toBe(400);
  });

  it('refuses the content types that a page of another site can send without a preflight', async () => {
    const answer = await post({ kind: 'server_error' }, { 'Content-Type': 'text/plain' });
    expect(answer.status).toBe(415);
    expect(answer.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('refuses a caller that reached this machine under another name', async () => {
    const { hostname, port } = new URL(sandbox.url);
    const outgoing = request({
      hostname,
      port,
      path: '/sandbox/faults',
      headers: { Host: 'shop.example.com' },
    });
    const [incoming] = await once(outgoing.end(), 'response');
    incoming.resume();
    expect(incoming.statusCode).toBe(403);
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
  it.skipIf(outside === undefined)('refuses another machine, which can still use the API', async () => {
    const open = await startTestSandbox({ orders: 20, host: '0.0.0.0' });
    const origin = `http://${outside}:${new URL(open.url).port}`;
    expect((await fetch(`${origin}/sandbox/faults`)).status).toBe(403);
    expect((await fetch(`${origin}/sandbox/status`)).status).toBe(200);
    await open.close();
  });
});

describe('/sandbox/status', () => {
  it('shows every allowance, the bookings and the faults', async () => {
    const { limit } = operations.syncOrder.rateLimit;
    const listed = { operation: 'listOrders', limit: operations.listOrders.rateLimit.limit };
    const synced = { operation: 'syncOrder', limit };
    const untouched = [
      { ...listed, token: tokens.fullAccess, remaining: listed.limit, resets_in_ms: null },
      { ...synced, token: tokens.readOnly, remaining: limit, resets_in_ms: null },
    ];
    await sandbox.list({ token: tokens.readOnly });
    sandbox.clock.now += 20_000;
    for (let sent = 0; sent < limit; sent += 1) await sandbox.sync({ body: { order_id: 2502 } });
    await post({ kind: 'server_error' });
    const { json } = await sandbox.get('/sandbox/status');
    const { windows, ...status } = Object(json);
    expect(windows).toHaveLength(Object.keys(operations).length * Object.keys(tokens).length);
    expect(windows).toEqual(
      expect.arrayContaining([
        { ...listed, token: tokens.readOnly, remaining: listed.limit - 1, resets_in_ms: 40_000 },
        { ...synced, token: tokens.fullAccess, remaining: 0, resets_in_ms: 60_000 },
        ...(sharesAllowance ? [] : untouched),
      ]),
    );
    expect(status).toEqual({
      ledger: {
        bookings: limit,
        latest: Array.from({ length: Math.min(limit, 8) }, (_, at) => limit - at).map((id) => ({
          id,
          order_id: 2502,
          token: tokens.fullAccess,
          synced_at: '2026-11-22T09:00:20.250Z',
        })),
      },
      faults: [{ kind: 'server_error', requests: 1, when: 'before', status: 500 }],
    });
  });

  it('shows only the newest bookings', async () => {
    for (let sent = 0; sent < 10; sent += 1) {
      if (sent % operations.syncOrder.rateLimit.limit === 0) sandbox.nextWindow();
      await sandbox.sync({ body: { order_id: 2502 } });
    }
    const { json } = await sandbox.get('/sandbox/status');
    expect(json).toMatchObject({ ledger: { bookings: 10, latest: Array(8).fill({ order_id: 2502 }) } });
    expect(json).toMatchObject({ ledger: { latest: [{ id: 10 }, { id: 9 }, {}, {}, {}, {}, {}, {}] } });
  });

  it('costs no allowance', async () => {
    await sandbox.list();
    await sandbox.get('/sandbox/status');
    expect((await sandbox.list()).headers.get('x-ratelimit-remaining')).toBe(
      String(operations.listOrders.rateLimit.limit - 2),
    );
  });
});
