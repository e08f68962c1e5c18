// @ts-check
import { Agent, request } from 'node:http';

/** @typedef {{ structured?: { columns?: string[], rows?: unknown[][], constant?: Record<string, unknown> }, text: string, isError: boolean, bytes: number }} Answer */

/** Connections to the servers, kept open as a proxy keeps them. */
export function openConnections() {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  let id = 0;

  /**
   * Calls a tool once.
   *
   * @param {string} origin
   * @param {string} secret
   * @param {string} name
   * @param {object} args
   * @returns {Promise<Answer>}
   * @throws {Error} where there is no answer of the tool
   */
  function call(origin, secret, name, args) {
    const params = { name, arguments: args };
    const body = JSON.stringify({ jsonrpc: '2.0', id: (id += 1), method: 'tools/call', params });
    return new Promise((resolve, reject) => {
      const outgoing = request(`${origin}/mcp`, {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${secret}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-06-18',
        },
      });
      outgoing.once('error', reject);
      outgoing.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.once('error', reject);
        response.once('end', () => {
          try {
            resolve(answerIn(text));
          } catch {
            reject(new Error(`status ${response.statusCode}: ${text.slice(0, 200)}`));
          }
        });
      });
      outgoing.end(body);
    });
  }

  return { call, close: () => agent.destroy() };
}

/** @param {string} body JSON, or a stream of events @returns {Answer} */
function answerIn(body) {
  const json = body.startsWith('{') ? body : (/^data: (\{.*)$/m.exec(body)?.[1] ?? '');
  const { result } = JSON.parse(json);
  return {
    structured: result.structuredContent,
    text: result.content[0].text,
    isError: result.isError === true,
    bytes: json.length,
  };
}

/** The marks of the orders in an answer. @param {Answer} answer @returns {unknown[]} */
export function marksIn({ structured }) {
  const at = structured?.columns?.indexOf('order_number') ?? -1;
  const rows = structured?.rows ?? [];
  return at < 0 ? [structured?.constant?.['order_number']] : rows.map((row) => row[at]);
}
