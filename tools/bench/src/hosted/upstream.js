// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { operations } from '@wemasy-orders/client/operations';
import { markOf } from './mark.js';

const { listOrders, syncOrder } = operations;
/** Replaced by a shop's mark in the page of orders. */
const placeholder = 'MARK-OF-THE-SHOP';

/**
 * The documented API, with a shop for each token: its orders carry its mark, and it has windows and a ledger of its own.
 * Started as a process of its own; the first message is the page of orders to answer with.
 */
const template = await new Promise((resolve) => {
  process.once(
    'message',
    (/** @type {{ page: { data: { data: { order_number: string }[] } } }} */ { page }) => {
      for (const order of page.data.data) order.order_number = placeholder;
      resolve(JSON.stringify(page));
    },
  );
});
const [before, ...after] = template.split(placeholder);

/** @type {Map<string, { hits: number, endsAt: number }>} */
const windows = new Map();
/** @type {Map<string, number>} bookings by token and order */
const ledger = new Map();
const counts = { requests: 0, tooMany: 0 };

/**
 * Laravel's fixed window, opened by its first request.
 *
 * @param {string} key
 * @param {{ limit: number, windowSeconds: number }} rateLimit
 * @returns {{ allowed: boolean, headers: Record<string, string> }}
 */
function hit(key, { limit, windowSeconds }) {
  const now = Date.now();
  const open = windows.get(key);
  const current =
    open !== undefined && open.endsAt > now ? open : { hits: 0, endsAt: now + windowSeconds * 1_000 };
  windows.set(key, current);
  if (current.hits >= limit)
    return { allowed: false, headers: { 'retry-after': String(Math.floor((current.endsAt - now) / 1_000)) } };
  current.hits += 1;
  return {
    allowed: true,
    headers: {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(limit - current.hits),
    },
  };
}

const server = createServer((request, response) => {
  void answer(request, response);
});

/** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
async function answer(request, response) {
  const body = await text(request);
  counts.requests += 1;
  const token = String(request.headers.authorization).replace('Bearer ', '');
  const isList = request.url?.includes(listOrders.path) === true;
  const { allowed, headers } = hit(`${token} ${isList}`, (isList ? listOrders : syncOrder).rateLimit);
  const json = { 'content-type': 'application/json', ...headers };
  if (!allowed) {
    counts.tooMany += 1;
    response.writeHead(429, json).end('{"error":true,"message":"Too Many Attempts."}');
  } else if (isList) {
    response.writeHead(200, json).end([before, ...after].join(markOf(token)));
  } else {
    const key = `${token} ${JSON.parse(body).order_id}`;
    ledger.set(key, (ledger.get(key) ?? 0) + 1);
    response.writeHead(200, json).end('{"error":false,"message":"Order synced to SnelStart.","data":[]}');
  }
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
process.send?.({ url: `http://127.0.0.1:${address.port}/api` });
process.on('message', (/** @type {{ ask?: boolean }} */ { ask }) => {
  if (ask) process.send?.({ ...counts, ledger: [...ledger] });
});
process.on('disconnect', () => process.exit());
