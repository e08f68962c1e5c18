import { fileURLToPath } from 'node:url';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClassicClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as ClassicTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { Ajv } from 'ajv';
import * as z from 'zod';

/** The built file, as an assistant starts it. */
export const serverFile = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The official clients, and the protocol era that each one speaks. */
export const clientKinds = ['1.x client', '2.x client', '2.x client, 2026-07-28'] as const;
export type ClientKind = (typeof clientKinds)[number];

const ToolList = z.object({
  tools: z.array(
    z.looseObject({
      name: z.string(),
      title: z.string(),
      annotations: z.record(z.string(), z.unknown()),
      inputSchema: z.looseObject({ properties: z.record(z.string(), z.looseObject({})) }),
      outputSchema: z.looseObject({}),
    }),
  ),
});
const CallAnswer = z.object({
  content: z.tuple([z.object({ type: z.literal('text'), text: z.string() })]),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});

export interface CallResult {
  readonly text: string;
  readonly structured: Readonly<Record<string, unknown>> | undefined;
  readonly isError: boolean;
}

export interface ProgressNotice {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Given, the client asks for progress notifications. */
  readonly onprogress?: (notice: ProgressNotice) => void;
}

/** An assistant that has started the server and talks to it. */
export interface Assistant {
  listTools(): Promise<z.output<typeof ToolList>['tools']>;
  /** @throws {Error} also when a success is not what the tool's output schema promises */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<CallResult>;
  /** What the server has written to stderr so far. */
  log(): string;
  readonly pid: number;
  close(): Promise<void>;
}

export interface AssistantOptions {
  readonly kind?: ClientKind;
  readonly environment?: Readonly<Record<string, string>>;
  /** The server to start; default: the built one. */
  readonly file?: string;
}

/** Starts the built server with nothing in its environment but what is given, and connects an official client. */
export async function startAssistant(options: AssistantOptions = {}): Promise<Assistant> {
  const { kind = '1.x client', environment = {}, file = serverFile } = options;
  const parameters = {
    command: process.execPath,
    args: [file],
    env: { PATH: '', WEMASY_STATE: 'memory', WEMASY_ACCEPT_VOLATILE_JOURNAL: 'on', ...environment },
    stderr: 'pipe' as const,
  };
  const info = { name: 'e2e', version: '1.0.0' };
  if (kind === '1.x client') {
    const transport = new ClassicTransport(parameters);
    const client = new ClassicClient(info);
    const log = collect(transport);
    await client.connect(transport);
    return assistantOf({
      list: () => client.listTools(),
      callTool: (request, call) => client.callTool(request, undefined, call),
      log,
      pid: transport.pid ?? 0,
      close: () => client.close(),
    });
  }
  const transport = new ModernTransport(parameters);
  const client = new ModernClient(
    info,
    kind === '2.x client' ? {} : { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const log = collect(transport);
  await client.connect(transport);
  return assistantOf({
    list: () => client.listTools(),
    callTool: (request, call) => client.callTool(request, call),
    log,
    pid: transport.pid ?? 0,
    close: () => client.close(),
  });
}

interface Connection extends Pick<Assistant, 'log' | 'pid' | 'close'> {
  list(): Promise<unknown>;
  callTool(
    request: { name: string; arguments?: Record<string, unknown> },
    options: CallOptions | undefined,
  ): Promise<unknown>;
}

function assistantOf({ list, callTool, ...connection }: Connection): Assistant {
  const listTools = async () => ToolList.parse(await list()).tools;
  let checks: ReturnType<typeof outputSchemas> | undefined;
  return {
    ...connection,
    listTools,
    async call(name, args, options) {
      const answer = CallAnswer.parse(
        await callTool({ name, ...(args === undefined ? {} : { arguments: args }) }, options),
      );
      const { content, structuredContent: structured, isError = false } = answer;
      if (!isError) {
        checks ??= outputSchemas(await listTools());
        checks.get(name)?.(structured);
      }
      return { text: content[0].text, structured, isError };
    },
  };
}

/** For each tool, a check that a success is what the list promises. */
function outputSchemas(tools: z.output<typeof ToolList>['tools']) {
  const ajv = new Ajv({ strict: true });
  return new Map(
    tools.map(({ name, outputSchema }) => {
      const validate = ajv.compile(outputSchema);
      return [
        name,
        (structured: unknown) => {
          if (!validate(structured)) throw new Error(`${name}: ${ajv.errorsText(validate.errors)}`);
        },
      ];
    }),
  );
}

function collect(transport: { readonly stderr: NodeJS.EventEmitter | null }): () => string {
  let text = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  return () => text;
}
