import {
  type CallToolResult,
  createMcpHandler,
  isJSONRPCRequest,
  isJsonContentType,
  type JSONRPCRequest,
  readRequestBody,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import type { Clock } from '@wemasy-orders/state';
import {
  type ErrorResponse,
  errorResponse,
  invalidMeta,
  invalidRequest,
  type Message,
  readFrame,
  versionWithBatches,
} from '../frames/frame.js';
import type { McpService } from '../server.js';
import { CallTransport } from './call-transport.js';
import type { Exchange } from './http.js';

/** As nginx logs it; no client sees it. */
const clientGone = 499;
const reservedNames = 'io.modelcontextprotocol/';
/** JSON-RPC 2.0 §5.1. */
const internalError = -32_603;
/** As the SDK sends them: no proxy may keep or gather what arrives. */
const eventHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** The largest body that is read, in bytes; a request has some hundred. */
const largestBodyBytes = 262_144;

/** A request at the path of MCP. */
export interface McpRequest {
  readonly request: Request;
  readonly exchange: Exchange;
  /** What answers it. */
  readonly service: () => McpService | Promise<McpService>;
  /** Refuses what the frame asks for, before a server is made; undefined where nothing is refused. */
  readonly refuse?: (messages: readonly Message[]) => Response | undefined;
}

export interface McpEndpoint {
  answer(request: McpRequest): Promise<Response>;
  /** Ends what is still being answered. */
  close(): Promise<void>;
}

/**
 * Answers MCP over Streamable HTTP, in either protocol era, without sessions: each request has a server of its own, but for
 * calls that need none.
 */
export function createMcpEndpoint({
  onError,
  clock,
}: {
  readonly onError: (error: Error) => void;
  readonly clock: Clock;
}): McpEndpoint {
  const services = new WeakMap<Request, McpRequest['service']>();
  const handler = createMcpHandler(
    async ({ requestInfo }) => {
      const find = requestInfo && services.get(requestInfo);
      if (find === undefined) throw new TypeError('the SDK passes on the request that it was given');
      return (await find()).createServer();
    },
    { onerror: onError, maxRequestBodySize: largestBodyBytes },
  );

  /** What the SDK's handler does for such a call, without a stream where one text is enough. */
  async function answerCall(
    call: JSONRPCRequest,
    { request, exchange, service: find }: McpRequest,
  ): Promise<Response> {
    const transport = new CallTransport(clock);
    try {
      const service = await find();
      const result = callTool(call, service, transport);
      if (result === undefined) await service.createServer().connect(transport);
      else await transport.start();
      exchange.onClose(() => void transport.close());
      if (result === undefined) transport.onmessage?.(call, { request });
      else void sendResult(call, result, transport);
    } catch (error) {
      onError(toError(error));
      return Response.json(errorResponse(call.id, internalError, 'Internal server error'), { status: 500 });
    }
    const answer = await transport.answer;
    if (answer === undefined) return new Response(null, { status: clientGone });
    return 'json' in answer
      ? exchange.sendJson(answer.json)
      : new Response(answer.events, { headers: eventHeaders });
  }

  async function sendResult(
    { id }: JSONRPCRequest,
    result: Promise<CallToolResult>,
    transport: CallTransport,
  ): Promise<void> {
    try {
      await transport.send({ result: await result, jsonrpc: '2.0', id });
    } catch (error) {
      onError(toError(error));
      const fault = { code: internalError, message: 'Internal error' };
      await transport.send({ jsonrpc: '2.0', id, error: fault });
    }
  }

  return {
    async answer(mcpRequest) {
      const { request, exchange, service, refuse } = mcpRequest;
      services.set(request, service);
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
        message.id === undefined || hasValidMeta(message) ? [] : [invalidMeta(message.id)],
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
      const [message] = messages;
      return !isBatch && message !== undefined && isUsualCall(message, request)
        ? answerCall(message, mcpRequest)
        : handler.fetch(request, { parsedBody: isBatch ? messages : message });
    },
    close: () => handler.close(),
  };
}

/** The SDK's schema of a request knows more of `_meta` than the frame does, and nothing more of the rest. */
function hasValidMeta(message: Message): boolean {
  return message.params?.['_meta'] === undefined || isJSONRPCRequest(message);
}

/**
 * Whether it is a call of the 2025 era without anything that the SDK would refuse. Calls are nearly all that is asked; the
 * SDK's handler answers the others.
 */
function isUsualCall(message: Message, { headers }: Request): message is Message & JSONRPCRequest {
  const version = headers.get('mcp-protocol-version');
  const accepted = headers.get('accept') ?? '';
  return (
    message.id !== undefined &&
    message.method === 'tools/call' &&
    version !== null &&
    SUPPORTED_PROTOCOL_VERSIONS.includes(version) &&
    accepted.includes('application/json') &&
    accepted.includes('text/event-stream') &&
    // Such names make a request of the 2026 era.
    !Object.keys(Object(message.params?.['_meta'])).some((name) => name.startsWith(reservedNames))
  );
}

/**
 * Calls the tool that a usual call names.
 *
 * @returns undefined for a call that needs a server: it names no tool, has arguments that the SDK changes or refuses, or asks
 *   for progress
 */
function callTool(
  { params = {} }: JSONRPCRequest,
  service: McpService,
  transport: CallTransport,
): Promise<CallToolResult> | undefined {
  const { name, arguments: input, _meta: meta = {}, ...others } = params;
  const needsServer =
    typeof name !== 'string' ||
    !isArguments(input) ||
    'progressToken' in meta ||
    Object.keys(others).length > 0;
  if (needsServer) return undefined;
  const leaving = new AbortController();
  transport.onclose = () => {
    leaving.abort();
  };
  return service.callTool({ name, input, signal: leaving.signal, tell: undefined });
}

/** The SDK leaves out an argument with the name of the prototype. */
function isArguments(input: unknown): boolean {
  return (
    input === undefined ||
    (typeof input === 'object' &&
      input !== null &&
      !Array.isArray(input) &&
      !Object.hasOwn(input, '__proto__'))
  );
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
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
