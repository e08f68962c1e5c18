import { createServer, type ServerOptions, type ServerResponse } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';

/** A request that is being answered. */
export interface Exchange {
  /** Sets a header of the response, whichever handler makes it. */
  setHeader(name: string, value: string): void;
  /** Calls the listener once the response has been sent or the client has gone. */
  onClose(listener: () => void): void;
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
      onClose: (listener) => void outgoing.once('close', listener),
      doNotAwait: leave,
    };
  }

  const server = createServer({ ...limits, keepAliveTimeout: keepAliveMs }, (incoming, outgoing) => {
    const exchange = exchangeOf(outgoing);
    const answer = async (request: Request) => {
      const response = await respond(request, exchange);
      // The SDK's streams ask for the opposite.
      if (closesConnections) response.headers.set('connection', 'close');
      return response;
    };
    const listener = getRequestListener(answer, {
      // The listener would otherwise replace Request and Response for the whole process.
      overrideGlobalObjects: false,
      errorHandler: (error) => {
        if (error instanceof RequestError) return new Response('Bad request.\n', { status: 400 });
        onError(error instanceof Error ? error : new Error(String(error)));
        return new Response('Internal error.\n', { status: 500 });
      },
    });
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
