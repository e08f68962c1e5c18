import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createMemoryStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { createRateLimitedFetch, type RateLimitedFetchOptions } from './rate-limited-fetch.js';
import { createRateLimiter } from './rate-limiter.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

async function listen(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A port was expected');
  return { url: `http://127.0.0.1:${address.port}/orders`, server };
}

function createFetch(options: Partial<RateLimitedFetchOptions> = {}) {
  const clock = createVirtualClock();
  const limiter = createRateLimiter({
    store: createMemoryStore({ clock }),
    clock,
    namespace: 'test',
    policies: [{ name: 'orders', limit: 5, windowMs: 60_000 }],
  });
  const policyOf = ({ url }: Request) => (url.endsWith('/orders') ? 'orders' : undefined);
  return { clock, limiter, fetch: createRateLimitedFetch({ limiter, policyOf, ...options }) };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Refuses the first requests with 429 and echoes the others. */
async function listenRefusing(times: number) {
  const bodies: string[] = [];
  const { url } = await listen((request, response) => {
    void textOf(request).then((body) => {
      bodies.push(body);
      if (bodies.length > times) response.writeHead(200).end(body);
      else response.writeHead(429, { 'retry-after': '3' }).end('too many');
    });
  });
  return { url, bodies };
}

test('a request takes a permit and reports its answer', async () => {
  const { url } = await listen((_, response) => {
    response.writeHead(422, { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '4' }).end();
  });
  const { fetch, limiter } = createFetch();
  expect((await fetch(url)).status).toBe(422);
  expect(await limiter.snapshot('orders')).toMatchObject({ remaining: 4, state: 'locked' });
});

test('a request without a policy is sent without a permit', async () => {
  const { url } = await listen((_, response) => response.end('yes'));
  const { fetch, limiter } = createFetch();
  expect(await (await fetch(`${url}/other`)).text()).toBe('yes');
  expect((await limiter.snapshot('orders')).state).toBe('unknown');
});

test('a POST is repeated with its body once the Retry-After of a 429 is over', async () => {
  const { url, bodies } = await listenRefusing(1);
  const { fetch, limiter, clock } = createFetch();
  const answered = fetch(url, { method: 'POST', body: 'six of them' });
  await expect.poll(async () => (await limiter.snapshot('orders')).state).toBe('paused');
  await clock.advance(3_000);
  expect(bodies).toHaveLength(1);
  await clock.advance(1_100);
  const response = await answered;
  expect([response.status, await response.text()]).toEqual([200, 'six of them']);
  expect(bodies).toEqual(['six of them', 'six of them']);
});

test('the 429 is the response after maxResends repetitions', async () => {
  const { url, bodies } = await listenRefusing(9);
  const { fetch } = createFetch({ maxResends: 0 });
  const response = await fetch(url, { method: 'POST', body: 'x' });
  expect([response.status, await response.text()]).toEqual([429, 'too many']);
  expect(bodies).toHaveLength(1);
});

test('the 429 is the response if the wait would exceed maxWaitMs', async () => {
  const { url } = await listenRefusing(9);
  const { fetch } = createFetch({ maxWaitMs: 1_000 });
  const response = await fetch(url, { method: 'POST', body: 'x' });
  expect([response.status, await response.text()]).toEqual([429, 'too many']);
});

test('a request takes a new permit if its first one expires before sending', async () => {
  const { url } = await listen((_, response) => response.end('yes'));
  const { limiter, clock } = createFetch();
  const acquire = vi.fn<typeof limiter.acquire>(async (...args) => {
    const permit = await limiter.acquire(...args);
    // The process stalls, but only the first time.
    if (acquire.mock.calls.length === 1) await clock.advance(6_000);
    return permit;
  });
  const { fetch } = createFetch({ limiter: { ...limiter, acquire } });
  expect((await fetch(url)).status).toBe(200);
  expect(acquire).toHaveBeenCalledTimes(2);
  expect((await limiter.snapshot('orders')).remaining).toBe(4);
});

test('a request that was never sent releases its permit', async () => {
  const { url, server } = await listen(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  const { fetch, limiter } = createFetch();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  expect(await limiter.snapshot('orders')).toMatchObject({ remaining: 5, state: 'unknown' });
});

test('a request without an answer stays charged', async () => {
  const { url } = await listen((request) => request.socket.destroy());
  const { fetch, limiter } = createFetch();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  expect((await limiter.snapshot('orders')).remaining).toBe(4);
});

test('an abort ends a waiting request and a request in flight', async () => {
  const { url } = await listen(() => undefined);
  const { fetch, limiter } = createFetch();
  const [first, second] = [new AbortController(), new AbortController()];
  const sending = fetch(url, { signal: first.signal });
  const waiting = fetch(url, { signal: second.signal });
  await expect.poll(async () => (await limiter.snapshot('orders')).queued).toBe(1);
  second.abort(new Error('not waiting any longer'));
  await expect(waiting).rejects.toThrow('not waiting any longer');
  first.abort(new Error('not interested any more'));
  await expect(sending).rejects.toThrow('not interested any more');
  expect((await limiter.snapshot('orders')).remaining).toBe(4);
});

test("a request that GitHub's 403 refused is repeated when its limit is over", async () => {
  let requests = 0;
  const { url } = await listen((_, response) => {
    requests += 1;
    if (requests > 1) response.writeHead(200).end();
    else response.writeHead(403, { 'x-ratelimit-remaining': '0', 'retry-after': '3' }).end();
  });
  const { fetch, limiter, clock } = createFetch();
  const answered = fetch(url);
  await expect.poll(async () => (await limiter.snapshot('orders')).state).toBe('paused');
  await clock.advance(4_100);
  expect((await answered).status).toBe(200);
});

test('isRefused decides what a refusal is', async () => {
  const { url, bodies } = await listenRefusing(9);
  const { fetch, limiter } = createFetch({ isRefused: () => false });
  expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(429);
  expect(bodies).toHaveLength(1);
  expect((await limiter.snapshot('orders')).state).not.toBe('paused');
});

test('costOf says how much a request counts', async () => {
  const { url } = await listen((_, response) => response.end());
  const { fetch, limiter } = createFetch({ costOf: () => 3 });
  await fetch(url);
  expect((await limiter.snapshot('orders')).remaining).toBe(2);
});

test.each([
  ['POST', 1],
  ['GET', 2],
])('a %s that is refused although calls remain is sent %d times', async (method, times) => {
  let requests = 0;
  const { url } = await listen((_, response) => {
    requests += 1;
    const headers = { 'x-ratelimit-remaining': '3', 'x-ratelimit-limit': '5', 'retry-after': '0' };
    response.writeHead(requests > 1 ? 200 : 429, headers).end();
  });
  const { fetch, clock, limiter } = createFetch();
  const answered = fetch(url, { method });
  await expect.poll(async () => (await limiter.snapshot('orders')).state).toBe('paused');
  await clock.advance(1_100);
  await answered;
  expect(requests).toBe(times);
});
