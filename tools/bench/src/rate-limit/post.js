// @ts-check
import { Agent, request } from 'node:http';

/** Connections stay open from one window to the next. */
const agent = new Agent({ keepAlive: true });

/**
 * Sends one call, and resolves as `fetch` does when the head of the answer is there. `fetch` itself takes so long to
 * send sixty calls that the answers to the first ones lie unread meanwhile, and that is no limiter's doing.
 *
 * @param {string} url
 * @returns {Promise<Response>}
 */
export function post(url) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent }, (answer) => {
      answer.resume();
      const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
      resolve(new Response(null, { status: answer.statusCode ?? 0, headers: Object.fromEntries(headers) }));
    });
    sent.once('error', reject);
    sent.end();
  });
}
