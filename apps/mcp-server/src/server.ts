import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isOrdersError, type OrdersError } from '@wemasy-orders/client';
import { type Operation, operations } from '@wemasy-orders/client/operations';
import { failureOf, type PersonalData } from '@wemasy-orders/presentation';
import type { Log } from '@wemasy-orders/runtime';
import type { Clock } from '@wemasy-orders/state';
import { failureText, type NextSteps } from './results/failure.js';
import { instructionsFor } from './tools/create-tools.js';
import { type ProgressNotice, type ProgressReporter, startProgress } from './tools/progress.js';
import type { Tool, ToolCall } from './tools/tool.js';
import {
  appsExtension,
  ordersView,
  readOrdersView,
  showsApps,
  shownInOrdersView,
} from './view/orders-view.js';

export interface ServiceOptions {
  readonly version: string;
  readonly tools: readonly Tool[];
  /** What of a failure's words may be shown. */
  readonly personalData: PersonalData;
  /** See `ToolCall`. */
  readonly services: ToolCall['services'];
  readonly log: Log;
  readonly clock: Clock;
  /** Where a failure is mended elsewhere than in the settings of one shop. */
  readonly nextSteps?: NextSteps | undefined;
  /** Aborted when the process is about to end. */
  readonly stopping: AbortSignal;
  /** How long clients may keep the list of tools, in ms; default: an hour. */
  readonly listTtlMs?: number;
  /** Why the caller may not use a tool, which is then not listed; default: it may use every one. */
  readonly refuse?: (tool: Tool) => OrdersError | undefined;
  /** Names the request in a failure, as the log does. */
  readonly requestId?: string;
  /** Called after each call. */
  readonly onCall?: (call: CallReport) => void;
}

/** A call that has ended. */
export interface CallReport {
  readonly tool: string;
  /** `ok`, or the code of the failure. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** The list depends on the configuration alone, and that cannot change while a process over stdio runs. */
const anHourMs = 3_600_000;

/** A call of a tool, whichever way it has come. */
export interface NamedCall {
  readonly name: string;
  /** The arguments as they came. */
  readonly input: unknown;
  /** Aborted when the client cancels or goes away. */
  readonly signal: AbortSignal;
  /** Sends progress to the client; undefined where it has not asked for that. */
  readonly tell: ((notice: ProgressNotice) => void) | undefined;
}

/** Answers MCP over the tools. */
export interface McpService {
  /**
   * Calls a tool as a server does, without the cost of making one.
   *
   * @returns undefined where no tool has the name
   */
  callTool(call: NamedCall): Promise<CallToolResult> | undefined;
  /** Makes a server for a session, or for one request. */
  createServer(): Server;
}

/** Makes the MCP service over the tools. This is the only file that knows the SDK's server. */
export function createMcpService(options: ServiceOptions): McpService {
  const callTool: McpService['callTool'] = (call) => {
    const tool = options.tools.find(({ name }) => name === call.name);
    return tool && run(tool, call, options);
  };
  return { callTool, createServer: () => createServer(options, callTool) };
}

function createServer(
  { version, tools, log, listTtlMs = anHourMs, refuse = () => undefined }: ServiceOptions,
  callTool: McpService['callTool'],
): Server {
  const offered = tools.filter((tool) => refuse(tool) === undefined);
  const server = new Server(
    { name: 'wemasy-orders-mcp', title: 'Wemasy Orders', version },
    {
      capabilities: { tools: {}, resources: {}, extensions: { [appsExtension]: {} } },
      instructions: instructionsFor(offered),
      cacheHints: { 'tools/list': { ttlMs: listTtlMs, cacheScope: 'private' } },
    },
  );

  server.setRequestHandler('tools/list', (_, context) => {
    const offersView = clientShowsApps(server, context);
    return {
      tools: offered.map(({ name, title, description, annotations, inputSchema, outputSchema }) => ({
        name,
        title,
        description,
        annotations,
        inputSchema,
        outputSchema,
        ...(offersView && name === nameOf(operations.listOrders) ? { _meta: shownInOrdersView } : {}),
      })),
    };
  });

  server.setRequestHandler('resources/list', (_, context) => ({
    resources: clientShowsApps(server, context) ? [ordersView] : [],
  }));

  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [] }));

  server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
    if (uri !== ordersView.uri) throw new ResourceNotFoundError(uri);
    const syncTool = offered.find(({ name }) => name === nameOf(operations.syncOrder))?.name;
    return { contents: [await readOrdersView({ syncTool })] };
  });

  server.setRequestHandler('tools/call', async ({ params: { name, arguments: input } }, context) => {
    const { signal } = context.mcpReq;
    const result = callTool({ name, input, signal, tell: tellerOf(context, log) });
    if (result !== undefined) return await result;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${JSON.stringify(name)}`);
  });

  return server;
}

/** Calls a tool and answers whatever comes of it. */
async function run(
  tool: Tool,
  { name, input, signal, tell }: NamedCall,
  { personalData, services, log, clock, nextSteps, stopping, refuse, requestId, onCall }: ServiceOptions,
): Promise<CallToolResult> {
  const progress = tell === undefined ? silence : startProgress({ clock, tell });
  if (tell !== undefined) signal.addEventListener('abort', progress.stop, { once: true });
  const startedAt = clock.monotonic();
  let outcome = 'ok';
  try {
    const refusal = refuse?.(tool);
    if (refusal !== undefined) throw refusal;
    const { structured, text } = await tool.run(input, { services, signal, stopping, progress });
    return { content: [{ type: 'text', text }], structuredContent: { ...structured } };
  } catch (error) {
    const failure = failureOf(error, personalData);
    outcome = failure.code;
    if (failure.code === 'internal_error') log.error('call failed', { tool: name, error });
    else log.info('call refused', { tool: name, code: failure.code });
    const own = { ...nextSteps, ...ownNextSteps(error) };
    return {
      content: [{ type: 'text', text: failureText(failure, own, requestId) }],
      isError: true,
    };
  } finally {
    progress.stop();
    onCall?.({ tool: name, outcome, durationMs: clock.monotonic() - startedAt });
  }
}

/** What an error itself says about its remedy. */
function ownNextSteps(error: unknown): NextSteps {
  return isOrdersError(error) && 'next' in error && typeof error.next === 'string'
    ? { [error.code]: error.next }
    : {};
}

function nameOf({ tool }: Operation): string | undefined {
  return tool?.name;
}

/** Whether the client has declared that it shows pages: with the request, or in the 2025 era once, at the start. */
function clientShowsApps(server: Server, { mcpReq }: ServerContext): boolean {
  const envelope: Readonly<Record<string, unknown>> | undefined = mcpReq.envelope;
  return showsApps(envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities());
}

/** Sends progress to a client that asked for it. */
function tellerOf({ mcpReq }: ServerContext, log: Log): NamedCall['tell'] {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (notice) => {
    mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, ...notice } })
      .catch((error: unknown) => {
        log.debug('progress not delivered', { error });
      });
  };
}

const silence: ProgressReporter = { waits: () => undefined, done: () => undefined, stop: () => undefined };
