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
