import {
  createMcpHandler,
  isJSONRPCRequest,
  isJsonContentType,
  readRequestBody,
  type Server,
} from '@modelcontextprotocol/server';
import {
  type ErrorResponse,
  errorResponse,
  invalidMeta,
  invalidRequest,
  type Message,
  readFrame,
  versionWithBatches,
} from '../frames/frame.js';
import type { Exchange } from './http.js';

/** The largest body that is read, in bytes; a request has some hundred. */
const largestBodyBytes = 262_144;

/** A request at the path of MCP. */
export interface McpRequest {
  readonly request: Request;
  readonly exchange: Exchange;
  /** Makes the MCP server that answers it. */
  readonly server: () => Server | Promise<Server>;
  /** Refuses what the frame asks for, before a server is made; undefined where nothing is refused. */
  readonly refuse?: (messages: readonly Message[]) => Response | undefined;
}

export interface McpEndpoint {
  answer(request: McpRequest): Promise<Response>;
  /** Ends what is still being answered. */
  close(): Promise<void>;
}

/** Answers MCP over Streamable HTTP, in either protocol era, without sessions: each request has a server of its own. */
export function createMcpEndpoint({ onError }: { readonly onError: (error: Error) => void }): McpEndpoint {
  const servers = new WeakMap<Request, McpRequest['server']>();
  const handler = createMcpHandler(
    ({ requestInfo }) => {
      const make = requestInfo && servers.get(requestInfo);
      if (make === undefined) throw new TypeError('the SDK passes on the request that it was given');
      return make();
    },
    { onerror: onError, maxRequestBodySize: largestBodyBytes },
  );
  return {
    async answer({ request, exchange, server, refuse }) {
      servers.set(request, server);
      if (request.method !== 'POST' || !isJsonContentType(request.headers.get('content-type'))) {
        return handler.fetch(request);
      }
      const body = await readBody(request).catch(() => undefined);
      if (body === undefined) return refusal(400, 'Invalid request: the body could not be read.');
      if (body.tooLarge) {
        return refusal(413, `Invalid request: a body may have ${largestBodyBytes} bytes at most.`);
      }
      // Without the header, 2025-03-26 is meant: no earlier version has this transport, and later ones send it.
      const version = request.headers.get('mcp-protocol-version') ?? versionWithBatches;
      const { messages, refusals, isBatch } = readFrame(body.text, version);
      const dropped = messages.flatMap((message) =>
        message.id === undefined || isJSONRPCRequest(message) ? [] : [invalidMeta(message.id)],
      );
      const allRefusals = [...refusals, ...dropped];
      if (allRefusals.length > 0) return refuseAll(messages, allRefusals, isBatch);
      if (messages.length === 0) return new Response(null, { status: 202 });
      const refused = refuse?.(messages);
      if (refused !== undefined) return refused;
      // A subscription stays open as long as the client likes.
      if (messages.every(({ id, method }) => id === undefined || method === 'subscriptions/listen')) {
        exchange.doNotAwait();
      }
      return handler.fetch(request, { parsedBody: isBatch ? messages : messages[0] });
    },
    close: () => handler.close(),
  };
}

/** Node reads no more than a length that the client states, and a body that is read at once needs no stream. */
async function readBody(request: Request): ReturnType<typeof readRequestBody> {
  const stated = request.headers.get('content-length');
  return stated !== null && Number(stated) <= largestBodyBytes
    ? { tooLarge: false, text: await request.text() }
    : readRequestBody(request, largestBodyBytes);
}

function refusal(status: number, message: string): Response {
  return Response.json(errorResponse(null, invalidRequest, message), { status });
}

/** In a batch, a frame that is not valid stops the others: they were meant to be answered together. */
function refuseAll(
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
