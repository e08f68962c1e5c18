import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import type { Log } from '@wemasy-orders/runtime';
import { mcpPath } from '@wemasy-orders/runtime/hosted';
import type { Clock } from '@wemasy-orders/state';
import type { McpService } from '../server.js';
import { answerCrossOrigin } from './cross-origin.js';
import { type HttpServer, listen } from './http.js';
import { createMcpEndpoint } from './mcp-endpoint.js';
import { createRefusalLog, refusalOfProtocol } from './refusal-log.js';

export interface LoopbackOptions {
  readonly service: McpService;
  /** A loopback address. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly log: Log;
  readonly clock: Clock;
}

export interface LoopbackServer extends Pick<HttpServer, 'drain'> {
  readonly url: string;
  /** Ends at once, calls in flight included. */
  close(): Promise<void>;
}

/**
 * Serves the user of this machine. Requests whose Host or Origin is not this machine are refused: a web page could
 * otherwise reach the server through the user's browser. Pages of this machine may call it (CORS).
 *
 * @throws {Error} with the remedy, when the address cannot be listened on
 */
export async function serveOnLoopback(options: LoopbackOptions): Promise<LoopbackServer> {
  const { service, host, port, log, clock } = options;
  const hostname = host.includes(':') ? `[${host}]` : host;
  const hostnames = [...localhostAllowedHostnames(), hostname];
  const origins = [...localhostAllowedOrigins(), hostname];
  const refusals = createRefusalLog({ log, clock });
  const endpoint = createMcpEndpoint({
    clock,
    onError: (error) => {
      refusals.refused(...refusalOfProtocol(error));
    },
  });
  const { origin, drain, close } = await listen({
    host,
    port,
    async respond(request, exchange) {
      const refused =
        hostHeaderValidationResponse(request, hostnames) ?? originValidationResponse(request, origins);
      if (refused !== undefined) return refused;
      if (new URL(request.url).pathname !== mcpPath) {
        return new Response(`This server answers at ${mcpPath}.\n`, { status: 404 });
      }
      return answerCrossOrigin(request, exchange, () =>
        endpoint.answer({ request, exchange, service: () => service }),
      );
    },
    onError: (error) => {
      log.error('request failed', { error });
    },
  });
  return {
    url: `${origin}${mcpPath}`,
    drain,
    async close() {
      await endpoint.close();
      close();
    },
  };
}
