import {
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
import { type ProgressReporter, startProgress } from './tools/progress.js';
import type { Tool, ToolCall } from './tools/tool.js';
import {
  appsExtension,
  ordersView,
  readOrdersView,
  showsApps,
  shownInOrdersView,
} from './view/orders-view.js';

export interface ServerOptions {
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

/** The MCP server over the tools. This is the only file that knows the SDK's server. */
export function createMcpServer(options: ServerOptions): Server {
  const { version, tools, personalData, services, log, clock, nextSteps, stopping } = options;
  const { listTtlMs = anHourMs, refuse = () => undefined, requestId, onCall } = options;
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
    const sync = offered.some(({ name }) => name === nameOf(operations.syncOrder));
    return { contents: [await readOrdersView({ sync })] };
  });

  server.setRequestHandler('tools/call', async (request, context) => {
    const { name, arguments: input } = request.params;
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${JSON.stringify(name)}`);
    }
    const progress = progressOf(context, { log, clock });
    const startedAt = clock.monotonic();
    let outcome = 'ok';
    try {
      const refusal = refuse(tool);
      if (refusal !== undefined) throw refusal;
      const { signal } = context.mcpReq;
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
  });

  return server;
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

/** Progress notifications for a client that asked for them, silence for others. */
function progressOf(
  { mcpReq }: ServerContext,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): ProgressReporter {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return silence;
  const reporter = startProgress({
    clock,
    tell: (notice) => {
      mcpReq
        .notify({ method: 'notifications/progress', params: { progressToken, ...notice } })
        .catch((error: unknown) => {
          log.debug('progress not delivered', { error });
        });
    },
  });
  mcpReq.signal.addEventListener('abort', reporter.stop, { once: true });
  return reporter;
}

const silence: ProgressReporter = { waits: () => undefined, done: () => undefined, stop: () => undefined };
