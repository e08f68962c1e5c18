import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, globalAgent } from 'node:https';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { isUnsent } from '@wemasy-orders/rate-limit';
import { systemClock } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { generate } from 'selfsigned';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FetchRequest } from '../fetch.js';
import { createHttpFetch, UnansweredError } from './http-fetch.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let certificate: { readonly private: string; readonly cert: string };
beforeAll(async () => {
  certificate = await generate([{ name: 'commonName', value: 'the API' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function portOf(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // What a test breaks off is no fault.
    socket.on('error', () => undefined);
  });
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}

/** @param seen collects what requests arrived */
async function httpServer(handler: Handler, seen: IncomingMessage[] = []): Promise<string> {
  const server = createHttpServer((request, response) => {
    seen.push(request);
    handler(request, response);
  });
  return `http://localhost:${await portOf(server)}/`;
}

async function httpsServer(handler: Handler, seen: IncomingMessage[] = []): Promise<string> {
  const server = createHttpsServer(
    { key: certificate.private, cert: certificate.cert },
    (request, response) => {
      seen.push(request);
      handler(request, response);
    },
  );
  return `https://localhost:${await portOf(server)}/`;
}

function requestOf(changes: Partial<FetchRequest> = {}): FetchRequest {
  const { signal } = new AbortController();
  return { method: 'POST', headers: {}, body: '{}', redirect: 'manual', signal, isSafe: true, ...changes };
}

/** Node 20 goes past them. */
const knowsProxies = process.allowedNodeEnvironmentFlags.has('--use-env-proxy');

const fetch = createHttpFetch({ clock: systemClock });
const answering =
  (body: string | Buffer, headers: Record<string, string | string[]> = {}): Handler =>
  (_, response) =>
    response.writeHead(200, headers).end(body);

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  );
}

describe('an answer', () => {
  it('has its status, its headers in lower case, and its body', async () => {
    const url = await httpServer((_, response) =>
      response
        .writeHead(429, { 'Retry-After': '7', 'Set-Cookie': ['a=1', 'b=2'] })
        .end('{"message":"Señor €"}'),
    );
    const response = await fetch(url, requestOf());
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(new Map(response.headers).get('set-cookie')).toBe('a=1, b=2');
    expect(await response.text()).toBe('{"message":"Señor €"}');
  });

  it('that is a redirect is not followed', async () => {
    const seen: IncomingMessage[] = [];
    const url = await httpServer((_, response) => response.writeHead(302, { location: '/in' }).end(), seen);
    expect((await fetch(url, requestOf())).status).toBe(302);
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['br', brotliCompressSync],
  ])('may be compressed: %s', async (encoding, compress) => {
    const url = await httpServer((request, response) => {
      expect(request.headers['accept-encoding']).toBe('gzip, br');
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('{"page":"é"}'));
    });
    expect(await (await fetch(url, requestOf())).text()).toBe('{"page":"é"}');
  });

  it('without a byte has no text, compressed or not', async () => {
    const url = await httpServer(answering('', { 'content-encoding': 'gzip' }));
    expect(await (await fetch(url, requestOf())).text()).toBe('');
  });

  it('that is compressed and damaged is an error', async () => {
    const damaged = gzipSync('{"page":1}').subarray(0, 20);
    const url = await httpServer(answering(damaged, { 'content-encoding': 'gzip' }));
    const response = await fetch(url, requestOf());
    expect(await failureOf(response.text())).toBeInstanceOf(Error);
  });

  it.each(['none', 'UTF-8', 'identity', ''])('is what it is where its encoding is "%s"', async (encoding) => {
    const url = await httpServer(answering('{"page":1}', { 'content-encoding': encoding }));
    expect(await (await fetch(url, requestOf())).text()).toBe('{"page":1}');
  });

  it('that has broken off is an error, also when the text is read late', async () => {
    const teardown = new AbortController();
    let closed: Promise<unknown> | undefined;
    const url = await httpServer((_, answer) => {
      closed = once(answer, 'close');
      answer.writeHead(200).write('{"err');
    });
    const response = await fetch(url, requestOf({ signal: teardown.signal }));
    teardown.abort();
    await closed;
    expect(await failureOf(response.text())).toBeInstanceOf(Error);
  });

  it('loses the byte order mark that some PHP files begin with', async () => {
    const url = await httpServer(answering('\uFEFF{"page":1}'));
    expect(await (await fetch(url, requestOf())).text()).toBe('{"page":1}');
  });
});

describe('a request', () => {
  it('carries its method, headers and body, and says how long that is', async () => {
    const received: unknown[] = [];
    const url = await httpServer((request, response) => {
      void text(request).then((body) => {
        const { method, headers } = request;
        received.push([method, headers['authorization'], headers['content-length'], body]);
        response.end();
      });
    });
    await fetch(`${url}?page=2`, requestOf({ headers: { authorization: 'Bearer t' }, body: '{"a":"é"}' }));
    await fetch(url, requestOf({ method: 'GET', body: null }));
    expect(received).toEqual([
      ['POST', 'Bearer t', '10', '{"a":"é"}'],
      ['GET', undefined, undefined, ''],
    ]);
  });

  it('reaches a server that proves its name', async () => {
    const url = await httpsServer(answering('hello'));
    const trusting = createHttpFetch({ clock: systemClock, ca: certificate.cert });
    expect(await (await trusting(url, requestOf())).text()).toBe('hello');
  });

  it.skipIf(!knowsProxies)('goes through the proxy that Node is set up with', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createHttpServer().on('connect', ({ url = '' }: IncomingMessage, socket: Socket) => {
      asked.push(url);
      const onward = connect(Number(new URL(`http://${url}`).port), 'localhost', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
    });
    Reflect.set(globalAgent.options, 'proxyEnv', { HTTPS_PROXY: `http://localhost:${await portOf(proxy)}` });
    closers.push(() => Reflect.deleteProperty(globalAgent.options, 'proxyEnv'));
    const trusting = createHttpFetch({ clock: systemClock, ca: certificate.cert });
    const url = await httpsServer((request, response) => request.pipe(response));
    for (const body of ['first', 'second']) {
      expect(await (await trusting(url, requestOf({ body }))).text()).toBe(body);
    }
    expect(asked).toEqual([new URL(url).host]);
  });

  it('goes over the connection of the one before', async () => {
    const seen: IncomingMessage[] = [];
    const url = await httpServer(answering('x'), seen);
    for (let call = 0; call < 3; call += 1) await (await fetch(url, requestOf())).text();
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
  });

  it('that must not be repeated has a connection of its own', async () => {
    const seen: IncomingMessage[] = [];
    const url = await httpServer(answering('x'), seen);
    for (const isSafe of [true, false, false]) await (await fetch(url, requestOf({ isSafe }))).text();
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(3);
    expect(seen.map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'close', 'close']);
  });

  it('gets a new connection where the one before was not used for a while', async () => {
    const seen: IncomingMessage[] = [];
    const url = await httpServer(answering('x'), seen);
    const impatient = createHttpFetch({ clock: systemClock, idleMs: 1 });
    await (await impatient(url, requestOf())).text();
    const [first] = seen;
    if (first === undefined) throw new Error('the request was answered');
    await once(first.socket, 'close');
    await (await impatient(url, requestOf())).text();
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(2);
  });
});

describe('a request without a connection is certainly unsent', () => {
  const expectUnsent = (error: unknown, code?: string) => {
    expect(error).toBeInstanceOf(UnansweredError);
    expect(isUnsent(error)).toBe(true);
    if (code !== undefined) expect(error).toMatchObject({ cause: { code } });
  };

  it('where no server listens', async () => {
    const server = createTcpServer();
    const port = await portOf(server);
    server.close();
    await once(server, 'close');
    expectUnsent(await failureOf(fetch(`http://127.0.0.1:${port}/`, requestOf())), 'ECONNREFUSED');
  });

  it('where the server cannot prove its name', async () => {
    const seen: IncomingMessage[] = [];
    const url = await httpsServer(answering('x'), seen);
    expectUnsent(await failureOf(fetch(url, requestOf())), 'DEPTH_ZERO_SELF_SIGNED_CERT');
    const trusting = createHttpFetch({ clock: systemClock, ca: certificate.cert });
    const otherName = url.replace('localhost', '127.0.0.1');
    expectUnsent(await failureOf(trusting(otherName, requestOf())), 'ERR_TLS_CERT_ALTNAME_INVALID');
    expect(seen).toHaveLength(0);
  });

  it('where the server speaks no TLS', async () => {
    const seen: IncomingMessage[] = [];
    const url = (await httpServer(answering('x'), seen)).replace('http:', 'https:');
    expectUnsent(await failureOf(fetch(url, requestOf())));
    expect(seen).toHaveLength(0);
  });

  it('where the server hangs up before they have agreed on TLS', async () => {
    const port = await portOf(createTcpServer((socket) => socket.destroy()));
    expectUnsent(await failureOf(fetch(`https://localhost:${port}/`, requestOf())), 'ECONNRESET');
  });

  it.skipIf(!knowsProxies)('where the proxy takes its time', async () => {
    const proxy = createHttpServer();
    const asked = once(proxy, 'connect');
    Reflect.set(globalAgent.options, 'proxyEnv', { HTTPS_PROXY: `http://localhost:${await portOf(proxy)}` });
    closers.push(() => Reflect.deleteProperty(globalAgent.options, 'proxyEnv'));
    const clock = createVirtualClock();
    const patient = createHttpFetch({ clock });
    const teardown = new AbortController();
    const calls = [requestOf(), requestOf({ signal: teardown.signal })].map((request) =>
      failureOf(patient('https://localhost:9/', request)),
    );
    await asked;
    teardown.abort();
    expectUnsent(await calls[1], 'ABORT_ERR');
    await clock.advance(10_000);
    expectUnsent(await calls[0], 'ETIMEDOUT');
  });

  it('where connecting takes too long, or is cancelled', async () => {
    const clock = createVirtualClock();
    const server = createTcpServer();
    const port = await portOf(server);
    const patient = createHttpFetch({ clock });
    const teardown = new AbortController();
    const connections = once(server, 'connection');
    const calls = [requestOf(), requestOf({ signal: teardown.signal })].map((request) =>
      failureOf(patient(`https://localhost:${port}/`, request)),
    );
    await connections;
    teardown.abort();
    await clock.advance(10_000);
    const [late, cancelled] = await Promise.all(calls);
    expectUnsent(late, 'ETIMEDOUT');
    expectUnsent(cancelled, 'ABORT_ERR');
    expect(clock.timers().waiting).toBe(0);
  });
});

describe('a request that was sent is not called unsent', () => {
  it.each([
    ['hangs up', (_, response) => void response.destroy()],
    ['resets the connection', (request) => void request.socket.resetAndDestroy()],
    ['answers with something else than HTTP', (request) => void request.socket.end('no HTTP\r\n\r\n')],
    [
      'wants to speak another protocol',
      ({ socket }) =>
        void socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n'),
    ],
  ] satisfies [string, Handler][])('where the server %s', async (_, handler) => {
    const error = await failureOf(fetch(await httpServer(handler), requestOf()));
    expect(error).toBeInstanceOf(UnansweredError);
    expect(isUnsent(error)).toBe(false);
  });

  it('where a fault is found with the certificate afterwards', () => {
    const late = Object.assign(new Error('late'), { code: 'CERT_HAS_EXPIRED' });
    expect(isUnsent(new UnansweredError('write', late))).toBe(false);
  });

  it('where it is cancelled before the answer', async () => {
    const teardown = new AbortController();
    const url = await httpServer(() => {
      teardown.abort();
    });
    const error = await failureOf(fetch(url, requestOf({ signal: teardown.signal })));
    expect(isUnsent(error)).toBe(false);
  });

  it('where it is cancelled when the whole answer has come, but was not read', async () => {
    const teardown = new AbortController();
    const response = await fetch(
      await httpServer(answering('{"page":1}')),
      requestOf({ signal: teardown.signal }),
    );
    teardown.abort();
    expect(await failureOf(response.text())).toMatchObject({ code: expect.stringMatching(/ABORT|RESET/) });
  });

  it('where the answer stops half way, or is cancelled there', async () => {
    const teardown = new AbortController();
    const begin: Handler = (_, response) => void response.writeHead(200).write('{"err');
    const response = await fetch(await httpServer(begin), requestOf({ signal: teardown.signal }));
    const reading = failureOf(response.text());
    teardown.abort();
    expect(isUnsent(await reading)).toBe(false);
    const cutOff = await fetch(
      await httpServer((_, answer) => {
        answer.writeHead(200, { 'content-length': '100' });
        answer.write('{"err', () => answer.destroy());
      }),
      requestOf(),
    );
    expect(isUnsent(await failureOf(cutOff.text()))).toBe(false);
  });
});
