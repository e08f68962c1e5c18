import { createLog } from '@wemasy-orders/runtime';
import { systemClock } from '@wemasy-orders/state';
import { afterEach, describe, expect, it } from 'vitest';
import { createTools } from '../tools/create-tools.js';
import { type HttpServer, listen } from '../transports/http.js';
import { createMcpEndpoint } from '../transports/mcp-endpoint.js';
import { type Principal, scopes } from './principal.js';
import { respondHosted } from './respond.js';

const principal: Principal = {
  kind: 'oauth',
  issuer: 'https://id.example.com',
  subject: 'jan',
  scopes: new Set(scopes),
};
const log = createLog({ level: 'silent', write: () => undefined, now: () => 0, secrets: [] });

let server: HttpServer | undefined;
afterEach(() => server?.close());

/** Serves one identity, which has no shop. */
async function serve() {
  const clock = systemClock;
  const fail = (error: Error) => expect.fail(error.message);
  const limits = { maxWaitMs: 0, answerWithinMs: 10_000, clock };
  server = await listen({
    host: '127.0.0.1',
    port: 0,
    onError: fail,
    respond: respondHosted({
      config: {
        WEMASY_PUBLIC_URL: 'http://127.0.0.1/mcp',
        WEMASY_MAX_CALLS_PER_PRINCIPAL: 4,
        WEMASY_PERSONAL_DATA: 'names',
      },
      endpoint: createMcpEndpoint({ clock, onError: fail }),
      authenticate: async () => ({ principal }),
      metadata: undefined,
      shops: {
        shopOf: async () => undefined,
        secretWith: async () => undefined,
        respond: async () => undefined,
        linkPage: undefined,
        close: async () => undefined,
      },
      toolsFor: (personalData) => createTools({ personalData, readOnly: false, ...limits }),
      serviceOptions: { version: '0', clock, stopping: new AbortController().signal },
      isReady: () => true,
      refusals: { refused: () => undefined },
      metrics: undefined,
      log,
      clock,
    }),
  });
  return server.origin;
}

/** Opens a stream of what changes. */
function subscribe(origin: string) {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'a client', version: '1' },
  };
  return fetch(`${origin}/mcp`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer a-credential',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'subscriptions/listen',
      params: { notifications: { toolsListChanged: true }, _meta: meta },
    }),
  });
}

describe('a stream that a client opens', () => {
  it('of the 2026 era ends at once, so that it outlives no credential: nothing of the server changes', async () => {
    const response = await subscribe(await serve());
    expect(response.status).toBe(200);
    const events = [...(await response.text()).matchAll(/^data: (.*)$/gm)];
    expect(events.map(([, data = '']) => JSON.parse(data))).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: expect.objectContaining({ notifications: {} }),
      },
      { jsonrpc: '2.0', id: 1, result: expect.objectContaining({ resultType: 'complete' }) },
    ]);
  });

  it('of the 2025 era is refused', async () => {
    const response = await fetch(`${await serve()}/mcp`, {
      headers: {
        authorization: 'Bearer a-credential',
        accept: 'text/event-stream',
        'mcp-protocol-version': '2025-06-18',
      },
    });
    expect(response.status).toBe(405);
  });
});
