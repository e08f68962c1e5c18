import { operations } from '@wemasy-orders/client/operations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestSandbox, type TestSandbox } from './testing/test-sandbox.js';
import { tokens } from './tokens.js';

const order = { order_id: 2502 };
const { limit } = operations.syncOrder.rateLimit;

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await startTestSandbox({ orders: 20 });
});
afterEach(() => sandbox.close());

async function bookings(): Promise<number> {
  const { json } = await sandbox.get('/sandbox/ledger');
  return Array.isArray(json) ? json.length : NaN;
}

/** What is left of the window, this request included. */
async function syncsLeft(): Promise<number> {
  return Number((await sandbox.sync({ body: order })).headers.get('x-ratelimit-remaining'));
}

describe.each([
  // The fault and the request that asks are used.
  { when: 'before', booked: 0, left: limit - 1 },
  { when: 'after', booked: 1, left: limit - 2 },
] as const)('$when the ledger is written', ({ when, booked, left }) => {
  afterEach(async () => {
    expect(await bookings()).toBe(booked);
    expect(await syncsLeft()).toBe(left);
  });

  it('a server error has the chosen status and the documented body', async () => {
    await sandbox.setFault({ kind: 'server_error', when, status: 503 });
    const answer = await sandbox.sync({ body: order });
    expect(answer.status).toBe(503);
    expect(answer.json).toEqual({ error: true, message: 'Server Error' });
  });

  it('an HTML page replaces JSON', async () => {
    await sandbox.setFault({ kind: 'html_page', when });
    const answer = await sandbox.sync({ body: order });
    expect(answer.status).toBe(502);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(answer.text).toMatch(/^<!DOCTYPE html>/);
  });

  it('an HTML page may have status 200', async () => {
    await sandbox.setFault({ kind: 'html_page', when, status: 200 });
    expect(await sandbox.sync({ body: order })).toMatchObject({ status: 200, json: undefined });
  });

  it('a connection is reset', async () => {
    await sandbox.setFault({ kind: 'connection_reset', when });
    await expect(sandbox.sync({ body: order })).rejects.toMatchObject({
      cause: { code: 'ECONNRESET' },
    });
  });

  it('a 200 reports an error', async () => {
    await sandbox.setFault({ kind: 'error_in_200', when, message: 'Refused by the bookkeeping.' });
    const answer = await sandbox.sync({ body: order });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ error: true, message: 'Refused by the bookkeeping.', data: [] });
  });

  it('a 200 may have no body', async () => {
    await sandbox.setFault({ kind: 'empty_body', when });
    const { status, headers, text } = await sandbox.sync({ body: order });
    expect([status, headers.get('content-type'), text]).toEqual([200, 'application/json', '']);
  });
});

it('truncated JSON is the first half of the real answer, and the request was carried out', async () => {
  const whole = (await sandbox.list({ body: { per_page: 5 } })).text;
  await sandbox.setFault({ kind: 'truncated_json', requests: 2 });
  const half = await sandbox.list({ body: { per_page: 5 } });
  expect(half.status).toBe(200);
  expect(half.text).toBe(whole.slice(0, Math.ceil(whole.length / 2)));
  expect(half.json).toBeUndefined();
  await sandbox.sync({ body: order });
  expect(await bookings()).toBe(1);
});

describe('a storm of 429', () => {
  it('refuses as documented, books nothing and costs nothing', async () => {
    await sandbox.setFault({ kind: 'rate_limited', requests: 3, retry_after_seconds: 7 });
    for (let sent = 0; sent < 3; sent += 1) {
      const answer = await sandbox.sync({ body: order });
      expect(answer.status).toBe(429);
      expect(answer.json).toEqual({ error: true, message: 'Too Many Attempts.' });
      expect(answer.headers.get('retry-after')).toBe('7');
      expect(answer.headers.get('x-ratelimit-limit')).toBe(String(limit));
      expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
    }
    expect(await bookings()).toBe(0);
    expect(await syncsLeft()).toBe(limit - 1);
  });
});

describe('latency', () => {
  const hours = 600_000;

  it('delays the real answer', async () => {
    const before = performance.now();
    await sandbox.setFault({ kind: 'latency', milliseconds: 30 });
    expect((await sandbox.sync({ body: order })).status).toBe(200);
    await sandbox.setFault({ kind: 'latency', milliseconds: 30, when: 'after' });
    expect((await sandbox.sync({ body: order })).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThanOrEqual(58);
    expect(await bookings()).toBe(2);
  });

  it('after the ledger is written: the order is booked although the caller gave up', async () => {
    await sandbox.setFault({ kind: 'latency', milliseconds: hours, when: 'after' });
    const pending = sandbox.sync({ body: order });
    const lost = expect(pending).rejects.toThrow();
    await expect.poll(bookings).toBe(1);
    await sandbox.close();
    await lost;
    sandbox = await startTestSandbox({ orders: 20 });
  });

  it('before the ledger is written: closing the sandbox does not wait for it', async () => {
    await sandbox.setFault({ kind: 'latency', milliseconds: hours });
    const pending = sandbox.sync({ body: order });
    const lost = expect(pending).rejects.toThrow();
    // The fault is used up as soon as the request has arrived.
    await expect.poll(async () => (await sandbox.get('/sandbox/faults')).json).toEqual([]);
    expect(await bookings()).toBe(0);
    await sandbox.close();
    await lost;
    sandbox = await startTestSandbox({ orders: 20 });
  });
});

it('affects callers with and without a token', async () => {
  await sandbox.setFault({ kind: 'server_error', requests: 2 });
  expect((await sandbox.list({ token: null })).status).toBe(500);
  expect((await sandbox.list({ token: tokens.readOnly })).status).toBe(500);
});
