import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  isJsonContentType,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpServerFactory,
  originValidationResponse,
  readRequestBody,
} from '@modelcontextprotocol/server';
import {
  type ErrorResponse,
  errorResponse,
  invalidRequest,
  type Message,
  readFrame,
  versionWithBatches,
} from '../frames/frame.js';
import { refusalOf } from './sdk-message.js';

/** Where the server answers. */
const mcpPath = '/mcp';
/** The largest body that is read, in bytes; a request has some hundred. */
const largestBodyBytes = 10_000_000;

export interface HttpOptions {
  readonly factory: McpServerFactory;
  /** A loopback address. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly onError: (error: Error) => void;
}

export interface HttpServer {
  readonly url: string;
  /** Accepts no more connections. Resolves when every call has its response. */
  drain(): Promise<void>;
  /** Ends at once, calls in flight included. */
  close(): Promise<void>;
}

/** A response that the client waits for. */
interface Closable {
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Serves MCP over Streamable HTTP on loopback, in either protocol era, without sessions. Requests whose Host or Origin
 * is not this machine are refused: a web page could otherwise reach the server through the user's browser. Pages of this
 * machine may call it (CORS).
 *
 * @throws {Error} with the remedy, when the address cannot be listened on
 */
export async function serveOverHttp({ factory, host, port, onError }: HttpOptions): Promise<HttpServer> {
  const handler = createMcpHandler(factory, { onerror: onError, maxRequestBodySize: largestBodyBytes });
  const hostname = host.includes(':') ? `[${host}]` : host;
  const hostnames = [...localhostAllowedHostnames(), hostname];
  const origins = [...localhostAllowedOrigins(), hostname];
  /** Responses that are waited for when the server drains. */
  const open = new Set<Closable>();
  let whenDrained: (() => void) | undefined;

  async function answer(request: Request, outgoing: Closable): Promise<Response> {
    const refused =
      hostHeaderValidationResponse(request, hostnames) ?? originValidationResponse(request, origins);
    if (refused !== undefined) return refused;
    const { pathname } = new URL(request.url);
    if (pathname !== mcpPath) return new Response(`This server answers at ${mcpPath}.\n`, { status: 404 });
    const origin = request.headers.get('origin');
    if (request.method === 'OPTIONS' && origin !== null) return preflight(request, origin);
    const response = await answerFrame(request, outgoing);
    return origin === null ? response : withOrigin(response, origin);
  }

  async function answerFrame(request: Request, outgoing: Closable): Promise<Response> {
    if (request.method !== 'POST' || !isJsonContentType(request.headers.get('content-type'))) {
      return handler.fetch(request);
    }
    const body = await readRequestBody(request, largestBodyBytes).catch(() => undefined);
    if (body === undefined || body.tooLarge) {
      const message = `Invalid request: a body may have ${largestBodyBytes / 1e6} MB at most.`;
      return Response.json(errorResponse(null, invalidRequest, message), { status: 413 });
    }
    // Without the header, 2025-03-26 is meant: no earlier version has this transport, and later ones send it.
    const version = request.headers.get('mcp-protocol-version') ?? versionWithBatches;
    const { messages, refusals, isBatch } = readFrame(body.text, version);
    const allRefusals = [...refusals, ...messages.flatMap((message) => refusalOf(message) ?? [])];
    if (allRefusals.length > 0) return refuse(messages, allRefusals, isBatch);
    if (messages.length === 0) return new Response(null, { status: 202 });
    // A subscription stays open as long as the client likes.
    if (messages.some(({ id, method }) => id !== undefined && method !== 'subscriptions/listen')) {
      open.add(outgoing);
      outgoing.once('close', () => {
        open.delete(outgoing);
        if (open.size === 0) whenDrained?.();
      });
    }
    return handler.fetch(
      new Request(request.url, {
        method: 'POST',
        headers: request.headers,
        body: JSON.stringify(isBatch ? messages : messages[0]),
        signal: request.signal,
      }),
    );
  }

  const listener = getRequestListener(
    (request, { outgoing }) => answer(request, outgoing),
    // The listener would otherwise replace Request and Response for the whole process.
    { overrideGlobalObjects: false },
  );
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(cannotListen(error, hostname, port), { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${hostname}:${boundPort}${mcpPath}`,
    async drain() {
      server.close();
      server.closeIdleConnections();
      if (open.size > 0) {
        await new Promise<void>((resolve) => {
          whenDrained = resolve;
        });
      }
    },
    async close() {
      await handler.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** In a batch, a frame that is not valid stops the others: they were meant to be answered together. */
function refuse(
  messages: readonly Message[],
  refusals: readonly ErrorResponse[],
  isBatch: boolean,
): Response {
  if (!isBatch) return Response.json(refusals.length === 1 ? refusals[0] : refusals, { status: 400 });
  const refused = new Set(refusals.map(({ id }) => id));
  const others = messages.flatMap(({ id }) =>
    id === undefined || refused.has(id)
      ? []
      : [errorResponse(id, invalidRequest, 'Invalid request: another frame of the batch is not valid.')],
  );
  return Response.json([...refusals, ...others], { status: 400 });
}

/** Lets a page of this machine send its request (Fetch standard, CORS-preflight request). */
function preflight(request: Request, origin: string): Response {
  const asked = request.headers.get('access-control-request-headers');
  return new Response(null, {
    status: 204,
    headers: {
      ...originHeaders(origin),
      'access-control-allow-methods': 'POST, GET, DELETE, OPTIONS',
      ...(asked === null ? {} : { 'access-control-allow-headers': asked }),
      ...(request.headers.has('access-control-request-private-network')
        ? { 'access-control-allow-private-network': 'true' }
        : {}),
      'access-control-max-age': '600',
    },
  });
}

function withOrigin(response: Response, origin: string): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(originHeaders(origin))) headers.set(name, value);
  headers.set('access-control-expose-headers', 'mcp-session-id, mcp-protocol-version, www-authenticate');
  return new Response(response.body, { status: response.status, headers });
}

function originHeaders(origin: string): Record<string, string> {
  return { 'access-control-allow-origin': origin, vary: 'origin' };
}

function cannotListen({ code, message }: NodeJS.ErrnoException, hostname: string, port: number): string {
  const remedy = 'Choose another port, or --http 0 for any free one.';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${hostname} is in use. ${remedy}`;
    case 'EACCES':
      return `This user may not listen on port ${port}. ${remedy}`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${hostname}. Choose 127.0.0.1.`;
    default:
      return `Cannot listen on ${hostname}:${port} (${message}).`;
  }
}
