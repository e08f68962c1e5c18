import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

/**
 * What the proxy does to a sync. `after`: the API has done its work by then, and the answer goes wrong; `before`: the API
 * never sees it.
 *
 * @typedef {'pass' | 'lost before' | 'lost after' | 'cut after' | 'slow before' | 'slow after' | 'slow, but in time'
 *   | '429 before' | '429 after' | '500 before' | '502 after' | 'web page after' | 'error in 200 before'
 *   | 'error in 200 after'} Fault
 */

/** How many of a hundred syncs meet a fault; the others pass. */
const shares = /** @type {const} */ ({
  'lost before': 3,
  'lost after': 4,
  'cut after': 3,
  'slow before': 2,
  'slow after': 3,
  'slow, but in time': 5,
  '429 before': 3,
  '429 after': 2,
  '500 before': 3,
  '502 after': 3,
  'web page after': 2,
  'error in 200 before': 2,
  'error in 200 after': 2,
});

/**
 * Sits between a client and the sandbox and misbehaves, towards syncs only.
 *
 * @param {{ target: string, random: import('./random.js').Random, timeoutMs: number }} options `target`: the API's base URL;
 *   `timeoutMs`: what the clients take for too slow
 * @returns {Promise<{ url: string, counts: Record<string, number>, behave: () => void, close: () => Promise<void> }>}
 *   `behave`: no more faults from here on
 */
export async function startProxy({ target, random, timeoutMs }) {
  const { origin, pathname } = new URL(target);
  /** @type {Record<string, number>} */
  const counts = {};
  let misbehaves = true;

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async function serve(request, response) {
    const body = await buffer(request);
    const isSync = request.url?.endsWith('/sync-snelstart-order') === true;
    const fault = isSync && misbehaves ? pick(random() * 100) : 'pass';
    if (isSync) counts[fault] = (counts[fault] ?? 0) + 1;

    const forward = async () => {
      const headers = new Headers();
      for (const name of ['authorization', 'content-type', 'accept']) {
        const value = request.headers[name];
        if (typeof value === 'string') headers.set(name, value);
      }
      const answer = await fetch(origin + decodeURI(request.url ?? ''), {
        method: request.method ?? 'POST',
        headers,
        body,
      });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    };
    /** @param {Awaited<ReturnType<typeof forward>>} answer */
    const pass = ({ status, headers, text }) => {
      response.writeHead(status, Object.fromEntries(headers)).end(text);
    };
    /** @param {number} status @param {object} answer @param {Record<string, string>} [headers] */
    const say = (status, answer, headers = {}) => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(answer));
    };

    switch (fault) {
      case 'pass':
        return pass(await forward());
      case 'lost before':
        return void response.destroy();
      case 'lost after':
        await forward();
        return void response.destroy();
      case 'cut after': {
        const { status, headers, text } = await forward();
        response.writeHead(status, Object.fromEntries(headers)).write(text.slice(0, text.length / 2));
        return void setTimeout(() => response.destroy(), 5);
      }
      case 'slow before':
        // The client is long gone when the API gets it.
        await pause(timeoutMs * 1.5);
        return pass(await forward());
      case 'slow after': {
        const answer = await forward();
        await pause(timeoutMs * 1.5);
        return pass(answer);
      }
      case 'slow, but in time':
        await pause(timeoutMs * 0.4);
        return pass(await forward());
      case '429 before':
        return say(
          429,
          { error: true, message: 'Too Many Attempts.' },
          { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0', 'retry-after': '0' },
        );
      case '429 after':
        // SnelStart's own, passed on.
        await forward();
        return say(429, { message: 'Too Many Requests' }, { 'retry-after': '0' });
      case '500 before':
        return say(500, { error: true, message: 'Server Error' });
      case '502 after':
        await forward();
        return void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
      case 'web page after':
        await forward();
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
      case 'error in 200 before':
        return say(200, { error: true, message: 'SnelStart is not available.', data: [] });
      case 'error in 200 after':
        await forward();
        return say(200, { error: true, message: 'SnelStart took too long.', data: [] });
    }
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a proxy has a port');
  return {
    url: `http://127.0.0.1:${address.port}${pathname}`,
    counts,
    behave() {
      misbehaves = false;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * @param {number} percent in [0, 100)
 * @returns {Fault}
 */
function pick(percent) {
  let upTo = 0;
  for (const [fault, share] of Object.entries(shares)) {
    upTo += share;
    if (percent < upTo) return /** @type {Fault} */ (fault);
  }
  return 'pass';
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
