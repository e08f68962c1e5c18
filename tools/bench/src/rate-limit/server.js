// @ts-check
import { createServer } from 'node:http';
import { once } from 'node:events';

/**
 * What a server counts, and what it reports to its clients.
 *
 * - `laravel`: a fixed window that the first call opens; Retry-After in whole seconds, rounded down.
 * - `calendar`: a fixed window that begins at multiples of its length.
 * - `github`: like `laravel`, but it refuses with 403 and a date in unix seconds.
 * - `leaky-bucket`: a full bucket drains in a window (Shopify).
 * - `sliding-log`: each call is forgotten a window after it arrived.
 *
 * @typedef {'laravel' | 'calendar' | 'github' | 'leaky-bucket' | 'sliding-log'} ServerKind
 */
/**
 * @typedef {object} ServerFigures
 * @property {readonly number[]} acceptedAt when each call was accepted, ms
 * @property {number} rejected
 * @property {readonly number[]} windows when each window was opened, ms; empty where there is none
 * @property {readonly number[]} counts how many calls each window took
 */

/**
 * An HTTP server with a rate limit. A rejected call costs nothing and extends nothing. A second lasts windowMs / 60, but
 * dates are real. Each call travels 2.5 to 30 ms in either direction and is worked on for up to 4 ms.
 *
 * @param {{ kind: ServerKind, limit: number, windowMs: number }} options
 */
export async function startThrottledServer({ kind, limit, windowMs }) {
  /** @type {number[]} */
  const windows = [];
  /** @type {number[]} */
  const counts = [];
  /** @type {number[]} */
  const acceptedAt = [];
  let rejected = 0;
  let level = 0;
  let levelAt = 0;

  /** Moves the counter to now; says how many calls are left and how long until one is free. @param {number} now */
  function look(now) {
    if (kind === 'leaky-bucket') {
      level = Math.max(0, level - ((now - levelAt) * limit) / windowMs);
      levelAt = now;
      const overflow = level + 1 - limit;
      return { left: Math.floor(limit - level), waitMs: Math.max(0, (overflow * windowMs) / limit) };
    }
    if (kind === 'sliding-log') {
      const oldest = acceptedAt.at(-limit) ?? -Infinity;
      const inWindow = acceptedAt.slice(-limit).filter((at) => at > now - windowMs).length;
      return { left: limit - inWindow, waitMs: Math.max(0, oldest + windowMs - now) };
    }
    const opensAt = kind === 'calendar' ? Math.floor(now / windowMs) * windowMs : now;
    if (now >= (windows.at(-1) ?? -Infinity) + windowMs) {
      windows.push(opensAt);
      counts.push(0);
    }
    return { left: limit - (counts.at(-1) ?? 0), waitMs: (windows.at(-1) ?? 0) + windowMs - now };
  }

  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => {
      const now = performance.now();
      const { left, waitMs } = look(now);
      const taken = left > 0;
      if (taken) {
        acceptedAt.push(now);
        level += 1;
        if (counts.length > 0) counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
      } else rejected += 1;
      const status = taken ? 200 : kind === 'github' ? 403 : 429;
      const headers = headersOf({ kind, limit, windowMs, taken, left: taken ? left - 1 : 0, waitMs });
      setTimeout(() => response.writeHead(status, headers).end('{}'), travel() + Math.random() * 4);
    }, travel());
  });
  server.keepAliveTimeout = 2 * windowMs;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    /** @returns {ServerFigures} */
    figures: () => ({ acceptedAt, rejected, windows, counts }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * @param {{ kind: ServerKind, limit: number, windowMs: number, taken: boolean, left: number, waitMs: number }} answer
 * @returns {Record<string, string>}
 */
function headersOf({ kind, limit, windowMs, taken, left, waitMs }) {
  const seconds = (waitMs / windowMs) * 60;
  if (kind === 'leaky-bucket') {
    return {
      'x-shopify-shop-api-call-limit': `${limit - left}/${limit}`,
      ...(!taken && { 'retry-after': `${Math.ceil(seconds)}.0` }),
    };
  }
  const count = { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(left) };
  if (kind === 'github') {
    return { ...count, 'x-ratelimit-reset': String(Math.ceil((Date.now() + waitMs) / 1000)) };
  }
  return { ...count, ...(!taken && { 'retry-after': String(Math.floor(seconds)) }) };
}

function travel() {
  return 2.5 + Math.random() * 27.5;
}
