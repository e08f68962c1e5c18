import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as ClassicClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as ClassicTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { orderPage, sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverFile } from './support/assistant.js';
import { type HttpProcess, messagesOf, startHttp } from './support/http-server.js';
import { run } from './support/run.js';

let upstream: Upstream;
let server: ChildProcess;
let url: URL;

beforeAll(async () => {
  upstream = await startUpstream((_, response) =>
    sendJson(response, 200, orderPage([{ id: 7, status: 'paid' }])),
  );
  server = spawn(process.execPath, [serverFile, '--http', '0'], {
    env: {
      WEMASY_API_URL: upstream.url,
      WEMASY_API_TOKEN: 'token',
      WEMASY_STATE: 'memory',
      WEMASY_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (server.stdout === null) throw new TypeError('stdout is piped');
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  url = new URL(String(line).replace(/^.* on /, ''));
});

afterAll(async () => {
  const exited = once(server, 'exit');
  server.kill();
  expect((await exited)[0]).toBe(0);
  await upstream.close();
});

/** The status of a request with these headers, as a browser or another machine might send it. */
async function statusOf(headers: Record<string, string>, path = '/mcp'): Promise<number | undefined> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const outgoing = request({ host: url.hostname, port: url.port, path, method: 'POST', headers });
  outgoing.setHeader('content-type', 'application/json');
  outgoing.setHeader('accept', 'application/json, text/event-stream');
  const [response] = await once(outgoing.end(body), 'response');
  response.resume();
  return response.statusCode;
}

describe('over Streamable HTTP', () => {
  it('lists orders for the official 1.x client', async () => {
    const client = new ClassicClient({ name: 'e2e', version: '1' });
    // Not called directly: under exactOptionalPropertyTypes the SDK's own transport does not fit its own interface.
    await Reflect.apply(client.connect, client, [new ClassicTransport(url)]);
    const answer = await client.callTool({ name: 'list_orders', arguments: { fields: ['id'] } });
    expect(answer.structuredContent).toMatchObject({ rows: [[7]] });
    await client.close();
  });

  it.each([[undefined], ['2026-07-28']])(
    'lists orders for the official 2.x client, protocol %s',
    async (pin) => {
      const client = new ModernClient(
        { name: 'e2e', version: '1' },
        pin === undefined ? {} : { versionNegotiation: { mode: { pin } } },
      );
      await client.connect(new ModernTransport(url));
      const answer = await client.callTool({ name: 'list_orders', arguments: { fields: ['id'] } });
      expect(answer.structuredContent).toMatchObject({ rows: [[7]] });
      await client.close();
    },
  );

  it('listens on loopback', () => {
    expect(url.hostname).toBe('127.0.0.1');
  });

  it.each([
    ['of another host name', { host: 'evil.example.com' }],
    ['from the page of another site', { origin: 'https://evil.example.com' }],
    ['from a sandboxed page', { origin: 'null' }],
  ])('refuses a request %s', async (_, headers) => {
    expect(await statusOf(headers)).toBe(403);
  });

  it('takes a request from a page of this machine', async () => {
    expect(await statusOf({ origin: 'http://localhost:3000' })).toBe(200);
  });

  it('answers at one path only', async () => {
    expect(await statusOf({}, '/')).toBe(404);
  });
});

const loopbackEnvironment = () => ({ WEMASY_API_URL: upstream.url, WEMASY_API_TOKEN: 'token' });

describe('for a page of this machine', () => {
  it('answers the preflight and names the origin', async () => {
    const origin = 'http://localhost:6274';
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,mcp-protocol-version',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type,mcp-protocol-version');
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        origin,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  });

  it('refuses the preflight of another site', async () => {
    const headers = { origin: 'https://evil.example.com', 'access-control-request-method': 'POST' };
    expect((await fetch(url, { method: 'OPTIONS', headers })).status).toBe(403);
  });
});

describe('the address', () => {
  it('in use is one line, without a stack', async () => {
    const { exitCode, stderr } = await run(['--http', url.port], {
      ...loopbackEnvironment(),
      WEMASY_STATE: 'memory',
      WEMASY_LOG_LEVEL: 'error',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      `wemasy-orders-mcp: Port ${url.port} of 127.0.0.1 is in use. Choose another port, or --http 0 for any free one.\n`,
    );
  });

  it.skipIf(process.platform !== 'linux').each(['127.0.0.2:0', 'localhost:0', '127.0.0.1:0'])(
    'that is printed for %s works',
    async (address) => {
      const printed = await startHttp(loopbackEnvironment(), ['--http', address]);
      const response = await printed.post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }));
      expect(response.status).toBe(200);
      await printed.end();
    },
  );
});

it('on SIGTERM, calls in flight are finished and no new ones are accepted', async () => {
  let answer: () => void = () => undefined;
  const slow = await startUpstream((_, response) => {
    answer = () => sendJson(response, 200, orderPage([{ id: 7 }]));
  });
  const draining = await startHttp({ WEMASY_API_URL: slow.url, WEMASY_API_TOKEN: 'token' });
  const params = { name: 'list_orders', arguments: { fields: ['id'] } };
  const call = draining.post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  while (slow.requests.length === 0) await new Promise(setImmediate);
  const ended = draining.end();
  const refused = await untilRefused(draining);
  answer();
  const [message] = await messagesOf(await call);
  expect(message).toMatchObject({ id: 1, result: { structuredContent: { rows: [[7]] } } });
  expect(refused).toBeInstanceOf(TypeError);
  expect(await ended).toEqual([0, null]);
  await slow.close();
});

/** The error of the first connection that is not accepted. */
async function untilRefused({ post }: HttpProcess): Promise<unknown> {
  for (;;) {
    try {
      await post(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping' }), { connection: 'close' });
    } catch (error) {
      return error;
    }
  }
}
