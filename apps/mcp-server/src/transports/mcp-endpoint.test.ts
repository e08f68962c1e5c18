import { once } from 'node:events';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { type Clock, systemClock } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { McpService, NamedCall } from '../server.js';
import { listen } from './http.js';
import { createMcpEndpoint } from './mcp-endpoint.js';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A call as the tool sees it. */
interface Running {
  readonly signal: AbortSignal;
  readonly tell: NamedCall['tell'];
}

/** Serves one tool; `work` is what a call of it does. */
async function serve(work: (call: Running) => Promise<void>, clock: Clock = systemClock) {
  const servers: Server[] = [];
  const made = { content: [{ type: 'text' as const, text: 'done: é' }] };
  const run = async (call: Running) => {
    await work(call);
    return made;
  };
  const service: McpService = {
    callTool: run,
    createServer() {
      const server = new Server({ name: 'a server', version: '1' }, { capabilities: { tools: {} } });
      server.setRequestHandler('tools/call', (_, { mcpReq: { signal, notify } }) =>
        run({ signal, tell: () => void notify(progress) }),
      );
      servers.push(server);
      return server;
    },
  };
  return { origin: await serveService(service, { clock }), servers };
}

/** @returns where it is served */
async function serveService(
  service: McpService,
  {
    clock = systemClock,
    onError = (error) => expect.fail(error.message),
  }: Partial<Parameters<typeof createMcpEndpoint>[0]> = {},
): Promise<string> {
  const endpoint = createMcpEndpoint({ clock, onError });
  const { origin, close } = await listen({
    host: '127.0.0.1',
    port: 0,
    onError: (error) => expect.fail(error.message),
    respond: (request, exchange) => endpoint.answer({ request, exchange, service: () => service }),
  });
  closers.push(close);
  return origin;
}

const askingForProgress = { progressToken: 1 };

function call(
  origin: string,
  {
    meta,
    headers,
    signal,
  }: { readonly meta?: object; readonly headers?: object; readonly signal?: AbortSignal } = {},
) {
  const params = { name: 't', arguments: {}, ...(meta && { _meta: meta }) };
  return fetch(origin, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 'a', method: 'tools/call', params }),
    ...(signal && { signal }),
  });
}

const result = { jsonrpc: '2.0', id: 'a', result: { content: [{ type: 'text', text: 'done: é' }] } };
const progress = { method: 'notifications/progress', params: { progressToken: 1, progress: 1 } } as const;

describe.each([
  ['that wants no progress', 'no server', undefined, 0],
  ['that wants progress', 'a server', askingForProgress, 1],
])('a call %s', (_, server, meta, made) => {
  it(`needs ${server}, and is answered with one text where there is nothing to say before its result`, async () => {
    const { origin, servers } = await serve(async () => undefined);
    const response = await call(origin, { ...(meta && { meta }) });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    const text = await response.text();
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(JSON.parse(text)).toEqual(result);
    expect(servers).toHaveLength(made);
  });

  it('that takes long is not taken for dead: it gets a keep-alive every 15 s', async () => {
    const clock = createVirtualClock();
    let finish: () => void = () => undefined;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const work = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
        begin();
      });
    const { origin } = await serve(work, clock);
    const response = call(origin, { ...(meta && { meta }) });
    await begun;
    await clock.advance(15_000);
    const answer = await response;
    await clock.advance(15_000);
    finish();
    const [first, second, event = ''] = (await answer.text()).split('\n\n');
    expect([first, second]).toEqual([': waiting', ': waiting']);
    expect(JSON.parse(event.replace('event: message\ndata: ', ''))).toEqual(result);
  });

  it('whose client disconnects is cancelled, and nothing waits for it', async () => {
    const leaving = new AbortController();
    let cancelled: Promise<unknown> | undefined;
    const { origin } = await serve(async ({ signal }) => {
      cancelled = once(signal, 'abort');
      leaving.abort();
      await cancelled;
    });
    await expect(call(origin, { ...(meta && { meta }), signal: leaving.signal })).rejects.toThrow('aborted');
    await cancelled;
  });
});

describe('a call', () => {
  it('is answered with a stream where it tells of its progress', async () => {
    const { origin } = await serve(async ({ tell }) => {
      tell?.({ progress: 1, total: 1, message: '' });
    });
    const response = await call(origin, { meta: askingForProgress });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const events = [...(await response.text()).matchAll(/^event: message\ndata: (.*)\n\n/gm)];
    expect(events.map(([, data = '']) => JSON.parse(data))).toEqual([
      { jsonrpc: '2.0', ...progress },
      result,
    ]);
  });

  it.each([
    ['accepts no streams', { accept: 'application/json' }, 406],
    ['names a version that there is not', { 'mcp-protocol-version': '2030-01-01' }, 400],
    ['names none', { 'mcp-protocol-version': '' }, 400],
  ])('whose client %s gets the answer of the SDK', async (_, headers, status) => {
    const { origin } = await serve(async () => undefined);
    expect((await call(origin, { headers })).status).toBe(status);
  });

  it('of the official client is answered in each era', async () => {
    const { origin } = await serve(async () => undefined);
    for (const mode of ['legacy', 'auto'] as const) {
      const client = new Client({ name: 'a client', version: '1' }, { versionNegotiation: { mode } });
      await client.connect(new StreamableHTTPClientTransport(new URL(origin)));
      const { content } = await client.callTool({ name: 't' });
      expect(content).toEqual(result.result.content);
      await client.close();
    }
  });

  it('that fails by a fault of the program is answered, and the fault is reported', async () => {
    const faults: string[] = [];
    const service: McpService = {
      callTool: () => Promise.reject(new TypeError('a fault')),
      createServer: () => expect.fail('no server is needed'),
    };
    const origin = await serveService(service, { onError: ({ message }) => faults.push(message) });
    expect(await (await call(origin)).json()).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      error: { code: -32_603, message: 'Internal error' },
    });
    expect(faults).toEqual(['a fault']);
  });
});

describe('a listener for the end of an exchange', () => {
  it('is called also where the client has gone before', async () => {
    const leaving = new AbortController();
    let notify: (isCalled: boolean) => void = () => undefined;
    const notified = new Promise<boolean>((resolve) => (notify = resolve));
    const { origin, close } = await listen({
      host: '127.0.0.1',
      port: 0,
      onError: () => undefined,
      async respond(_, exchange) {
        const gone = new Promise<void>((resolve) => {
          exchange.onClose(resolve);
        });
        leaving.abort();
        await gone;
        exchange.onClose(() => {
          notify(true);
        });
        return new Response();
      },
    });
    closers.push(close);
    await expect(fetch(origin, { signal: leaving.signal })).rejects.toThrow('aborted');
    expect(await notified).toBe(true);
  });
});
