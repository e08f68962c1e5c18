import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { ServerResponse } from 'node:http';
import { orderPage, sendJson } from '@wemasy-orders/client/testing';
import { freePort } from '@wemasy-orders/state/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readingTools } from './support/documented-tools.js';
import { type Api, startApi } from './support/api.js';
import { bearer, call, type HostedProcess, request, startHosted } from './support/hosted.js';
import { messagesOf } from './support/http-server.js';
import { run } from './support/run.js';
import { type ShopsFile, writeShopsFile } from './support/shops-file.js';

const apiToken = 'canary-api-token-5f2a';
const erp = 'secret-of-the-erp-that-is-long-enough-to-guess-not';
const reader = 'secret-of-the-reader-that-is-long-enough-to-guess';
const short = 'too-short-a-secret';

let api: Api;
let shops: ShopsFile;
let server: HostedProcess;
let settings: Record<string, string>;

beforeAll(async () => {
  api = await startApi();
  shops = await writeShopsFile({
    apiToken,
    secrets: [
      { name: 'erp', secret: erp, scopes: ['orders:read', 'orders:sync'] },
      { name: 'reader', secret: reader, scopes: ['orders:read'] },
      { name: 'short', secret: short, scopes: ['orders:read'] },
    ],
  });
  settings = {
    WEMASY_AUTH: 'token',
    WEMASY_SHOPS: shops.path,
    WEMASY_API_URL: api.url,
    WEMASY_MAX_CALLS_PER_PRINCIPAL: '2',
    WEMASY_MAX_WAIT_MS: '0',
    WEMASY_RATE_LIMITS: 'listOrders=100000/60',
  };
  server = await startHosted(await freePort(), settings, ['--metrics', String(await freePort())]);
});

afterAll(async () => {
  expect(await server.end()).toEqual([0, null]);
  await api.close();
  await shops.remove();
});

beforeEach(() => {
  api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
});

const list = request('tools/list');
const listOrders = call('list_orders', { fields: ['id'] });

describe('an address that other machines reach', () => {
  it.each(['0.0.0.0:0', '[::]:0', 'orders.example.com:4020'])(
    'is refused without WEMASY_AUTH: %s',
    async (http) => {
      const { exitCode, stderr } = await run(['--http', http], {
        WEMASY_API_TOKEN: 'token',
        WEMASY_STATE: 'memory',
      });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^wemasy-orders-mcp: .*set WEMASY_AUTH and WEMASY_PUBLIC_URL .*\n$/);
    },
  );

  it('is served with WEMASY_AUTH, to the public host alone', async () => {
    const port = await freePort();
    const open = await startHosted(
      port,
      { ...settings, WEMASY_PUBLIC_URL: 'https://orders.example.com/mcp' },
      ['--http', `0.0.0.0:${port}`],
    );
    const statusFor = (host: string) => statusOf(`${open.origin}/mcp`, { host, ...bearer(erp) });
    expect(await statusFor('orders.example.com')).toBe(200);
    expect(await statusFor(`127.0.0.1:${port}`)).toBe(403);
    expect(await statusFor('localhost')).toBe(403);
    await open.end();
  });

  it('needs its settings, and every fault is named at once', async () => {
    const { exitCode, stderr } = await run(['--http', '4020'], {
      WEMASY_AUTH: 'oauth',
      WEMASY_OAUTH_ALGORITHMS: 'none',
      WEMASY_API_TOKEN: apiToken,
      WEMASY_STATE: 'memory',
    });
    expect(exitCode).toBe(2);
    const variables = [...stderr.matchAll(/^wemasy-orders-mcp: (\w+) /gm)].map(([, name]) => name);
    expect(variables.sort()).toEqual([
      'WEMASY_API_TOKEN',
      'WEMASY_OAUTH_ALGORITHMS',
      'WEMASY_OAUTH_ISSUER',
      'WEMASY_PUBLIC_URL',
      'WEMASY_SHOPS',
    ]);
    expect(stderr).not.toContain(apiToken);
  });
});

async function statusOf(url: string, headers: Record<string, string>, body: unknown = list) {
  const outgoing = httpRequest(url, { method: 'POST', headers });
  outgoing.setHeader('content-type', 'application/json');
  outgoing.setHeader('accept', 'application/json, text/event-stream');
  const [response] = await once(outgoing.end(JSON.stringify(body)), 'response');
  response.resume();
  return response.statusCode;
}

describe('a machine', () => {
  it('with a secret gets the orders of its shop, and the secret goes no further', async () => {
    const [answer] = await messagesOf(await server.post(listOrders, bearer(erp)));
    expect(answer).toMatchObject({ result: { structuredContent: { rows: [[7]] } } });
    expect(api.requests.at(-1)?.headers.authorization).toBe(`Bearer ${apiToken}`);
    expect(JSON.stringify(api.requests)).not.toContain(erp);
  });

  it('has the tools of its scopes', async () => {
    const [listed] = await messagesOf(await server.post(list, bearer(reader)));
    expect(Object(listed?.['result']).tools).toHaveLength(readingTools.length);
    expect((await server.post(call('sync_order', { order_id: 7 }), bearer(reader))).status).toBe(403);
  });

  it.each([
    ['another secret', `${erp}x`],
    ['a part of the secret', erp.slice(0, -1)],
    ['a secret that is too short to be safe', short],
    ['the API token of the shop', apiToken],
    ['nothing', ''],
  ])('with %s is refused', async (_, secret) => {
    const response = await server.post(list, { authorization: `Bearer ${secret}` });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    expect(response.headers.get('www-authenticate')).not.toContain('resource_metadata');
  });
});

describe('a request', () => {
  it.each([
    ['of another site', { origin: 'https://evil.example.com' }],
    ['of a sandboxed page', { origin: 'null' }],
    ['for another host', { host: 'evil.example.com' }],
  ])('%s is refused before its secret is looked at', async (_, headers) => {
    expect(await statusOf(server.url, { ...headers, ...bearer(erp) })).toBe(403);
  });

  it('may have a body of 256 kB', async () => {
    const padded = (bytes: number) => {
      const text = JSON.stringify(list);
      return `${text}${' '.repeat(bytes - text.length)}`;
    };
    expect((await server.post(padded(262_144), bearer(erp))).status).toBe(200);
    const response = await server.post(padded(262_145), bearer(erp));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ id: null, error: { code: -32600 } });
  });

  it('may have 16 kB of headers', async () => {
    expect(await statusOf(server.url, { ...bearer(erp), 'x-padding': 'x'.repeat(17_000) })).toBe(431);
  });

  it('has an id in its answer and in the log', async () => {
    const piet = await server.post(call('list_orders', { per_page: 1_000 }), bearer(erp));
    const id = piet.headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[\w-]{36}$/);
    expect(await piet.text()).toContain(`request_id: ${id}`);
    expect(server.log).toContainEqual(
      expect.objectContaining({ message: 'call refused', requestId: id, tool: 'list_orders' }),
    );
  });

  it('that is bad does not flood the log', async () => {
    const before = server.log.length;
    for (let round = 0; round < 100; round += 1) {
      await Promise.all([
        server.post('{', bearer(erp)),
        server.post(list, bearer('nonsense')),
        server.post(list),
        server.post(list, { ...bearer(erp), 'content-type': 'text/plain' }),
        statusOf(server.url, { host: 'evil.example.com' }),
      ]);
    }
    expect(server.log.length - before).toBeLessThanOrEqual(5);
    const text = JSON.stringify(server.log.slice(before));
    expect(text).not.toContain('    at ');
    expect(text).not.toContain('nonsense');
  });
});

describe('calls at once', () => {
  it('are bounded for each caller, items of a batch counted, and others are not touched', async () => {
    const waiting: ServerResponse[] = [];
    api.behaves((_, response) => void waiting.push(response));
    const calls = [server.post(listOrders, bearer(erp)), server.post(listOrders, bearer(erp))];
    while (waiting.length < 2) await new Promise(setImmediate);
    const third = await server.post(listOrders, bearer(erp));
    expect(third.status).toBe(429);
    expect(third.headers.get('retry-after')).toBe('1');
    expect(await third.json()).toMatchObject({
      id: 1,
      error: { message: expect.stringContaining('at most 2') },
    });
    expect((await server.post(list, bearer(reader))).status).toBe(200);
    for (const response of waiting) sendJson(response, 200, orderPage([{ id: 7 }]));
    for (const finished of await Promise.all(calls))
      expect((await messagesOf(finished))[0]).toMatchObject({ id: 1 });
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
    const [again] = await messagesOf(await server.post(listOrders, bearer(erp)));
    expect(again).toMatchObject({ result: { structuredContent: { rows: [[7]] } } });

    const batch = [1, 2, 3].map((id) => ({ ...listOrders, id }));
    const version = { 'mcp-protocol-version': '2025-03-26' };
    const asked = api.requests.length;
    const refused = await server.post(batch, { ...bearer(erp), ...version });
    expect(refused.status).toBe(429);
    expect(Object(await refused.json()).map(({ id }: { id: number }) => id)).toEqual([1, 2, 3]);
    expect(api.requests).toHaveLength(asked);
    const two = await messagesOf(await server.post(batch.slice(1), { ...bearer(erp), ...version }));
    expect(two.map(({ id }) => id).sort()).toEqual([2, 3]);
  });

  it('are free again when the client goes away', async () => {
    const waiting: ServerResponse[] = [];
    api.behaves((_, response) => void waiting.push(response));
    for (let round = 0; round < 3; round += 1) {
      const leaving = new AbortController();
      const calls = [1, 2].map(() =>
        fetch(server.url, {
          method: 'POST',
          body: JSON.stringify(listOrders),
          headers: {
            ...bearer(erp),
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
          },
          signal: leaving.signal,
        })
          .then((response) => response.text())
          .catch(() => 'gone'),
      );
      while (waiting.length < 2 * (round + 1)) await new Promise(setImmediate);
      leaving.abort();
      expect(await Promise.all(calls)).toEqual(['gone', 'gone']);
      let status = 429;
      while (status === 429) ({ status } = await server.post(list, bearer(erp)));
      expect(status).toBe(200);
    }
  });
});

describe('clients that never finish what they send', () => {
  const half = [
    'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    `POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${erp}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
    'POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nx-',
    '',
  ];

  it('take no place of a caller, and keep no other call from being served', async () => {
    const { port } = new URL(server.origin);
    const sockets = Array.from({ length: 200 }, (_, index) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(half[index % half.length] ?? '');
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([1, 2].map(() => server.post(listOrders, bearer(erp))));
      for (const answer of answers) {
        expect((await messagesOf(answer))[0]).toMatchObject({
          result: { structuredContent: { rows: [[7]] } },
        });
      }
    }
    for (const socket of sockets) socket.destroy();
  });
});

describe('the operator', () => {
  it('sees that the server is alive and ready, whatever name the probe uses', async () => {
    expect(await statusOf(`${server.origin}/healthz`, { host: '10.0.0.7:4020' })).toBe(200);
    expect(await statusOf(`${server.origin}/readyz`, { host: '10.0.0.7:4020' })).toBe(200);
  });

  it('reads metrics on another port, which tell of no shop and no caller', async () => {
    await (await server.post(listOrders, bearer(erp))).text();
    const line = server.log.find(({ message }) => message === 'serving over HTTP');
    let text = '';
    while (!/^wemasy_calls_in_flight 0$/m.test(text)) {
      text = await (await fetch(String(line?.['metricsUrl']))).text();
    }
    expect(text).toMatch(
      /^wemasy_tool_call_duration_seconds_count\{tool="list_orders",outcome="ok"\} [1-9]/m,
    );
    expect(text).toMatch(/^wemasy_http_request_duration_seconds_count\{route="mcp",status="401"\} [1-9]/m);
    expect(text).toMatch(/^wemasy_requests_refused_total\{kind="too many calls"\} [1-9]/m);
    expect(text).not.toMatch(/erp|reader|shop|127\.0\.0\.1/);
    expect((await fetch(`${server.origin}/metrics`)).status).toBe(404);
  });
});

describe('a server that is asked to end', () => {
  it('is not ready, keeps serving until the proxy has noticed, and lets calls finish', async () => {
    const ending = await startHosted(await freePort(), { ...settings, WEMASY_DRAIN_MS: '3000' });
    const waiting: ServerResponse[] = [];
    api.behaves((_, response) => void waiting.push(response));
    const slow = ending.post(listOrders, bearer(erp));
    while (waiting.length === 0) await new Promise(setImmediate);
    const ended = ending.end();
    let ready = 200;
    while (ready === 200) ({ status: ready } = await fetch(`${ending.origin}/readyz`));
    expect(ready).toBe(503);
    expect((await fetch(`${ending.origin}/healthz`)).status).toBe(200);
    api.behaves((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
    const served = await ending.post(listOrders, bearer(erp));
    expect(served.status).toBe(200);
    expect(served.headers.get('connection')).toBe('close');
    await served.text();
    for (let isOpen = true; isOpen;) {
      isOpen = await fetch(`${ending.origin}/healthz`, { headers: { connection: 'close' } }).then(
        () => true,
        () => false,
      );
    }
    for (const response of waiting) sendJson(response, 200, orderPage([{ id: 7 }]));
    const [answer] = await messagesOf(await slow);
    expect(answer).toMatchObject({ result: { structuredContent: { rows: [[7]] } } });
    expect(await ended).toEqual([0, null]);
  });

  it('lets an order that is being sent finish, and says so', async () => {
    const ending = await startHosted(await freePort(), {
      ...settings,
      WEMASY_ACCEPT_VOLATILE_JOURNAL: 'on',
    });
    const waiting: ServerResponse[] = [];
    api.behaves((_, response) => void waiting.push(response));
    const version = { 'mcp-protocol-version': '2025-11-25' };
    const sending = ending.post(call('sync_order', { order_id: 7 }), { ...bearer(erp), ...version });
    while (waiting.length === 0) await new Promise(setImmediate);
    const ended = ending.end();
    for (let isOpen = true; isOpen;) {
      isOpen = await fetch(`${ending.origin}/healthz`, { headers: { connection: 'close' } }).then(
        () => true,
        () => false,
      );
    }
    expect(waiting).toHaveLength(1);
    for (const response of waiting) sendJson(response, 200, { error: false, message: 'Synced.', data: [] });
    const [answer] = await messagesOf(await sending);
    expect(answer).toMatchObject({ result: { structuredContent: { order_id: 7, outcome: 'synced' } } });
    expect(await ended).toEqual([0, null]);
  });

  it('twice ends at once', async () => {
    const ending = await startHosted(await freePort(), { ...settings, WEMASY_DRAIN_MS: '60000' });
    const ended = ending.end();
    while (!ending.log.some(({ message }) => message === 'ending')) await new Promise(setImmediate);
    ending.child.kill('SIGTERM');
    expect(await ended).toEqual([1, null]);
  });
});
