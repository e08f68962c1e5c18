import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { type Clock, createMemoryStore, systemClock } from '@wemasy-orders/state';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOrdersError } from './is-orders-error.js';
import { ListOrdersResponse } from './generated/schemas.js';
import { createHttpFetch } from './node/index.js';
import { rateLimitPolicies } from './operations.js';
import { createOrdersClient } from './orders-client.js';
import { damaged, damageKinds, orderPage } from './testing/index.js';

/** Answers each connection with bytes, whatever was asked for, and ends it. */
let answer: Uint8Array = Buffer.alloc(0);
let requests = 0;
let server: Server;
let baseUrl: string;
beforeAll(async () => {
  server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      requests += 1;
      socket.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  baseUrl = `http://127.0.0.1:${address.port}/api`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const json = 'content-type: application/json';
const message = (status: string, headers: readonly string[], body: Uint8Array | string) => {
  const bytes = Buffer.from(body);
  const head = [`HTTP/1.1 ${status}`, ...headers, `content-length: ${bytes.length}`, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), bytes]);
};
const page = JSON.stringify(orderPage([{ id: 1, total: '12.50', status: 'paid' }, { id: 2 }]));
const synced = JSON.stringify({ error: false, message: 'Order synced.', data: [] });
const chunked = [
  ...['HTTP/1.1 200 OK', json, 'transfer-encoding: chunked', ''],
  ...[synced.length.toString(16), synced, '0', '', ''],
].join('\r\n');
const answers: readonly Uint8Array[] = [
  message('200 OK', [json], page),
  message('200 OK', [json], synced),
  message('200 OK', [json, 'content-encoding: gzip'], gzipSync(page)),
  message('200 OK', [json, 'content-encoding: gzip'], gzipSync(synced)),
  Buffer.from(chunked),
  message('422 Unprocessable Content', [json], '{"message":"No.","errors":{"order_id":["No."]}}'),
  message(
    '429 Too Many Requests',
    [json, 'x-ratelimit-limit: 10', 'x-ratelimit-remaining: 0', 'retry-after: 0'],
    '{"error":true,"message":"Too Many Attempts."}',
  ),
  message('502 Bad Gateway', ['content-type: text/html'], '<html>Bad gateway</html>'),
];

/** Fixed, so that a run costs the same each time; fast-check prints the seed of a failure. */
const runs = 150;
const longestMs = 60_000;
const damages = fc.record({
  whole: fc.constantFrom(...answers),
  damage: fc.record({
    kind: fc.constantFrom(...damageKinds),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    length: fc.integer({ min: 1, max: 40 }),
    noise: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  }),
});

/** The answers that say by their status that a write had no effect. */
const withoutEffect = [400, 401, 403, 404, 405, 413, 414, 415, 422, 429];

describe.each([
  ['the global fetch', () => globalThis.fetch],
  ['the fetch for Node', () => createHttpFetch({ clock: systemClock })],
] as const)('an answer of damaged bytes through %s', (_, fetchOf) => {
  /** Backoffs are over at once. */
  const clock: Clock = {
    ...systemClock,
    setTimer: (fn, ms, options) => systemClock.setTimer(fn, ms / 1_000, options),
  };
  const plenty = { limit: 100_000, windowSeconds: 60 };
  const clientOf = () =>
    createOrdersClient({
      token: 'canary-token-5f2a',
      baseUrl,
      fetch: fetchOf(),
      clock,
      random: () => 0,
      timeoutMs: 1_000 * longestMs,
      maxWaitMs: 0,
      rateLimiter: createRateLimiter({
        store: createMemoryStore(),
        namespace: 'tests',
        policies: rateLimitPolicies({ listOrders: plenty, syncOrder: plenty }),
      }),
    });

  it(
    'is a page as documented or an error with a code, and the call ends',
    { timeout: longestMs },
    async () => {
      await fc.assert(
        fc.asyncProperty(damages, async ({ whole, damage }) => {
          answer = damaged(whole, damage);
          const client = clientOf();
          try {
            const data = await client.list();
            expect(ListOrdersResponse.safeParse({ data }).success).toBe(true);
          } catch (error) {
            if (!isOrdersError(error)) throw error;
          }
        }),
        { numRuns: runs },
      );
    },
  );

  it(
    'never makes a write be sent again, or be called without effect, unless the API says so',
    { timeout: longestMs },
    async () => {
      await fc.assert(
        fc.asyncProperty(damages, async ({ whole, damage }) => {
          answer = damaged(whole, damage);
          requests = 0;
          const client = clientOf();
          try {
            expect(await client.sync(42)).toMatchObject({ error: false });
          } catch (error) {
            if (!isOrdersError(error)) throw error;
            if (error.effect === 'none') expect(withoutEffect).toContain(error.status);
            if (requests > 1) expect(error.status).toBe(429);
          }
        }),
        { numRuns: runs },
      );
    },
  );
});
