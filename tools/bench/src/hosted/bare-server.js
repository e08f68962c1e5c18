// @ts-check
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';

/**
 * The SDK's own handler with one tool, and nothing of ours. Equal on both sides: HTTP, one POST to the same API over a kept
 * connection, the page of it parsed as JSON, the payload of the answer, V8's flags. Only ours: the caller is authenticated, an
 * allowance is taken in Redis, the page is checked against the document, and the answer is made of it, where this handler has
 * it ready. Only here: a server for each request, and an answer as a stream of events, both the SDK's defaults, and Node's
 * `fetch`. Ours makes a server only for a call that needs one, answers with one text where that is enough, and sends over
 * `node:http`.
 */
const { BARE_URL: url = '', BARE_ANSWER: answer = '' } = process.env;
const result = JSON.parse(answer);

const handler = createMcpHandler(() => {
  const server = new Server({ name: 'bare', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/call', async (request) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${request.params.arguments?.['token']}`,
        'content-type': 'application/json',
      },
      body: '{"per_page":25}',
    });
    await response.json();
    // A refusal is a smaller page, and would make the comparison unfair.
    if (!response.ok)
      throw new Error(`the API refused a call (${response.status}); measure with more --shops`);
    return result;
  });
  return server;
});
const listener = getRequestListener((request) => handler.fetch(request), { overrideGlobalObjects: false });
const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  console.log(`listening on http://127.0.0.1:${address.port}`);
});
