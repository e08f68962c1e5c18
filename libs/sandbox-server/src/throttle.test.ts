import { operations } from '@wemasy-orders/client/operations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  sharesAllowance,
  startOfTime,
  startTestSandbox,
  type TestAnswer,
  type TestSandbox,
} from './testing/test-sandbox.js';
import { tokens } from './tokens.js';

const order = { order_id: 2502 };
const { limit } = operations.syncOrder.rateLimit;
const listLimit = operations.listOrders.rateLimit.limit;
/** What the answers say is left while a window is used up, and after that. */
const leftOf = (refused: number) => [
  ...Array.from({ length: limit }, (_, sent) => limit - 1 - sent),
  ...Array<number>(refused).fill(0),
];

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await startTestSandbox({ orders: 20, windowSeconds: 60 });
});
afterEach(() => sandbox.close());

async function syncs(times: number): Promise<TestAnswer[]> {
  const answers = [];
  for (let sent = 0; sent < times; sent += 1) answers.push(await sandbox.sync({ body: order }));
  return answers;
}

function remaining(answer: TestAnswer): number {
  return Number(answer.headers.get('x-ratelimit-remaining'));
}

describe('a window', () => {
  it('accepts the documented number of requests and refuses the next', async () => {
    const answers = await syncs(limit + 2);
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(limit).fill(200), 429, 429]);
    expect(answers.map(remaining)).toEqual(leftOf(2));
  });

  it('is opened by its first request, not by the clock', async () => {
    sandbox.clock.now = startOfTime + 37_000;
    await syncs(limit);
    sandbox.clock.now = startOfTime + 37_000 + 59_999;
    expect((await sandbox.sync({ body: order })).status).toBe(429);
    sandbox.clock.now = startOfTime + 37_000 + 60_000;
    expect((await sandbox.sync({ body: order })).status).toBe(200);
  });

  it('is not extended by later requests, counted or refused', async () => {
    await syncs(1);
    sandbox.clock.now += 30_000;
    await syncs(limit + 1);
    sandbox.clock.now += 30_000;
    expect((await syncs(1)).map(remaining)).toEqual([limit - 1]);
  });

  it('belongs to one token', async () => {
    for (let sent = 0; sent < listLimit; sent += 1) await sandbox.list({ token: tokens.readOnly });
    expect((await sandbox.list({ token: tokens.readOnly })).status).toBe(429);
    expect((await sandbox.list({ token: tokens.fullAccess })).status).toBe(200);
  });

  it.skipIf(sharesAllowance)('belongs to one route', async () => {
    await syncs(limit + 1);
    const answer = await sandbox.list();
    expect([answer.status, remaining(answer)]).toEqual([200, listLimit - 1]);
  });

  it('has the configured length', async () => {
    const quick = await startTestSandbox({ orders: 20, windowSeconds: 2 });
    for (let sent = 0; sent < limit; sent += 1) await quick.sync({ body: order });
    quick.clock.now += 1_999;
    expect((await quick.sync({ body: order })).status).toBe(429);
    quick.clock.now += 1;
    expect((await quick.sync({ body: order })).status).toBe(200);
    await quick.close();
  });
});

describe('what it costs', () => {
  async function costOf(send: () => Promise<TestAnswer>, status: number): Promise<number> {
    sandbox.nextWindow();
    expect((await send()).status).toBe(status);
    const accepted = (await syncs(limit + 1)).filter((answer) => answer.status === 200);
    return limit - accepted.length;
  }

  it('a 200: one', async () => {
    expect(await costOf(() => sandbox.sync({ body: order }), 200)).toBe(1);
  });

  it('a 422: one, because the throttle comes before the validation', async () => {
    expect(await costOf(() => sandbox.sync({ body: {} }), 422)).toBe(1);
    expect(await costOf(() => sandbox.sync({ body: { order_id: 42 } }), 422)).toBe(1);
  });

  it('a 403: one, because the throttle comes before the permission', async () => {
    const forbidden = [];
    for (let sent = 0; sent <= limit; sent += 1) {
      forbidden.push(await sandbox.sync({ token: tokens.readOnly, body: order }));
    }
    expect(forbidden.map(({ status }) => status)).toEqual([...Array<number>(limit).fill(403), 429]);
    expect(forbidden.map(remaining)).toEqual(leftOf(1));
  });

  it('a 401: nothing, because authentication comes before the throttle', async () => {
    expect(await costOf(() => sandbox.sync({ token: null, body: order }), 401)).toBe(0);
  });

  it('a 405 or 404: nothing, because no route matched', async () => {
    expect(await costOf(() => sandbox.sync({ method: 'PUT', body: order }), 405)).toBe(0);
    expect(await costOf(() => sandbox.get('/api/nothing'), 404)).toBe(0);
  });

  it('a 429: nothing', async () => {
    await syncs(limit * 6);
    sandbox.nextWindow();
    expect((await syncs(1)).map(remaining)).toEqual([limit - 1]);
  });
});

describe('a refusal', () => {
  it.each([
    // The window opened a quarter of a second into a second, so whole seconds round down.
    ['at once', 0, '60'],
    ['within the same second', 740, '60'],
    ['in the next second', 750, '59'],
    ['half-way', 30_000, '30'],
    ['in the last second', 59_749, '1'],
    ['just before the end: 0, although the window is still full', 59_999, '0'],
  ])('%s', async (_, later, retryAfter) => {
    await syncs(limit);
    sandbox.clock.now += later;
    const answer = await sandbox.sync({ body: order });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
  });

  it('says when the window resets, in Unix seconds', async () => {
    await syncs(limit);
    sandbox.clock.now += 12_345;
    const { headers } = await sandbox.sync({ body: order });
    expect(headers.get('x-ratelimit-reset')).toBe(String(Math.floor(startOfTime / 1_000) + 60));
  });

  it('books nothing', async () => {
    await syncs(limit + 3);
    expect((await sandbox.get('/sandbox/ledger')).json).toHaveLength(limit);
  });
});

it('counts concurrent requests exactly', async () => {
  const answers = await Promise.all(Array.from({ length: listLimit + 10 }, () => sandbox.list()));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(listLimit);
  expect(new Set(answers.filter(({ status }) => status === 200).map(remaining)).size).toBe(listLimit);
});
