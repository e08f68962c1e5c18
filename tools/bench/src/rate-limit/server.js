// @ts-check
import { createServer } from 'node:http';
import { once } from 'node:events';

/**
 * @typedef {object} ServerFigures
 * @property {number} accepted
 * @property {number} rejected
 * @property {readonly number[]} windows when each window was opened, ms
 * @property {readonly number[]} counts how many calls each window took
 */

/**
 * An HTTP server that counts as Laravel's throttle does: a fixed window that the first counted call opens; a rejected
 * call costs nothing and extends nothing; Retry-After in whole seconds, rounded down. A second lasts windowMs / 60.
 * Each call travels 2.5 to 30 ms in either direction and is worked on for up to 4 ms.
 *
 * @param {{ limit: number, windowMs: number }} options
 */
export async function startThrottledServer({ limit, windowMs }) {
  /** @type {number[]} */
  const windows = [];
  /** @type {number[]} */
  const counts = [];
  let rejected = 0;
  let openedAt = -Infinity;
  let count = 0;

  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => {
      const now = performance.now();
      if (now >= openedAt + windowMs) {
        openedAt = now;
        count = 0;
        windows.push(now);
        counts.push(0);
      }
      const taken = count < limit;
      if (taken) {
        count += 1;
        counts[counts.length - 1] = count;
      } else rejected += 1;
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(limit - count),
        ...(taken
          ? {}
          : { 'retry-after': String(Math.floor(((openedAt + windowMs - now) / windowMs) * 60)) }),
      };
      setTimeout(
        () => response.writeHead(taken ? 200 : 429, headers).end('{}'),
        travel() + Math.random() * 4,
      );
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
    figures: () => ({ accepted: counts.reduce((sum, each) => sum + each, 0), rejected, windows, counts }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function travel() {
  return 2.5 + Math.random() * 27.5;
}
