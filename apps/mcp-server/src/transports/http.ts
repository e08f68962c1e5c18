import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpServerFactory,
  originValidationResponse,
} from '@modelcontextprotocol/server';

/** Where the server answers. */
const mcpPath = '/mcp';

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
  /** Ends at once, calls under way included. */
  close(): Promise<void>;
}

/**
 * Serves MCP over Streamable HTTP on loopback, in either protocol era, without sessions. Requests whose Host or Origin
 * is not this machine are refused: a web page could otherwise reach the server through the user's browser.
 *
 * @throws {Error} when the address cannot be listened on
 */
export async function serveOverHttp({ factory, host, port, onError }: HttpOptions): Promise<HttpServer> {
  const handler = createMcpHandler(factory, { onerror: onError });
  const answer = async (request: Request): Promise<Response> =>
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins()) ??
    (new URL(request.url).pathname === mcpPath
      ? await handler.fetch(request)
      : new Response(`This server answers at ${mcpPath}.\n`, { status: 404 }));
  // The listener would otherwise put its own Request and Response in the place of the whole process's.
  const server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}${mcpPath}`,
    async close() {
      await handler.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
