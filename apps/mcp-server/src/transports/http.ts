import { createServer, type ServerOptions, ServerResponse } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';

/** A request that is being answered. */
export interface Exchange {
  /** Sets a header of the response, whichever handler makes it. */
  setHeader(name: string, value: string): void;
  /** Calls the listener once the response has been sent or the client has gone; at once, if that was before. */
  onClose(listener: () => void): void;
  /** Sends a text of JSON at once, which takes half the time of a `Response` with a body. */
  sendJson(json: string): Response;
  /** The response lasts as long as the client likes, so the server does not wait for it before it ends. */
  doNotAwait(): void;
}

export interface HttpOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly respond: (request: Request, exchange: Exchange) => Promise<Response>;
  /** Takes what `respond` throws; the client gets status 500. */
  readonly onError: (error: Error) => void;
  /** How long a connection without a request is kept, in ms. */
  readonly keepAliveMs?: number;
}

export interface HttpServer {
  /** Where it listens, without a path. */
  readonly origin: string;
  /** Asks every client that gets a response from now on to close its connection, while all are still served. */
  closeConnections(): void;
  /** Accepts no more connections. Resolves when every request has its response. */
  drain(): Promise<void>;
  /** Ends at once, requests in flight included. */
  close(): void;
}

/** What a client may send, and how long it may take. */
const limits = {
  maxHeaderSize: 16_384,
  /** Time for the headers, in ms. */
  headersTimeout: 10_000,
  /** Time for headers and body, in ms. */
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
} satisfies ServerOptions;
/** Headers of a request. */
const maxHeaders = 100;

/**
 * Listens for HTTP.
 *
 * @throws {Error} with the remedy, when the address cannot be listened on
 */
export async function listen(options: HttpOptions): Promise<HttpServer> {
  const { host, port, respond, onError, keepAliveMs = 5_000 } = options;
  const hostname = host.includes(':') ? `[${host}]` : host;
  /** Responses that are waited for when the server drains. */
  const open = new Set<ServerResponse>();
  let whenDrained: (() => void) | undefined;
  let closesConnections = false;

  function exchangeOf(outgoing: ServerResponse): Exchange {
    const leave = () => {
      open.delete(outgoing);
      if (open.size === 0) whenDrained?.();
    };
    open.add(outgoing);
    outgoing.once('close', leave);
    return {
      setHeader: (name, value) => void outgoing.setHeader(name, value),
      onClose(listener) {
        if (outgoing.closed) listener();
        else outgoing.once('close', listener);
      },
      sendJson(json) {
        outgoing.writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(json),
          ...(closesConnections ? { connection: 'close' } : {}),
        });
        outgoing.end(json);
        return RESPONSE_ALREADY_SENT;
      },
      doNotAwait: leave,
    };
  }

  async function answer(request: Request, outgoing: ServerResponse): Promise<Response> {
    const response = await respond(request, exchangeOf(outgoing));
    // The SDK's streams ask for the opposite.
    if (closesConnections && !outgoing.headersSent) response.headers.set('connection', 'close');
    return response;
  }

  const onRequest: Parameters<typeof getRequestListener>[0] = async (request, { outgoing }) => {
    if (outgoing instanceof ServerResponse) return await answer(request, outgoing);
    throw new TypeError('the server speaks HTTP/1.1');
  };
  const listener = getRequestListener(onRequest, {
    // The listener would otherwise replace Request and Response for the whole process.
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      if (error instanceof RequestError) return new Response('Bad request.\n', { status: 400 });
      onError(error instanceof Error ? error : new Error(String(error)));
      return new Response('Internal error.\n', { status: 500 });
    },
  });
  const server = createServer({ ...limits, keepAliveTimeout: keepAliveMs }, (incoming, outgoing) => {
    void listener(incoming, outgoing);
  });
  server.maxHeadersCount = maxHeaders;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Error(cannotListen(error, hostname, port), { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    origin: `http://${hostname}:${boundPort}`,
    closeConnections() {
      closesConnections = true;
    },
    async drain() {
      server.close();
      server.closeIdleConnections();
      if (open.size > 0) {
        await new Promise<void>((resolve) => {
          whenDrained = resolve;
        });
      }
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
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
