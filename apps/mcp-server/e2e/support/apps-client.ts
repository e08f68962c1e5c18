import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClassicClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as ClassicTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as z from 'zod';
import { type ClientKind, serverFile } from './assistant.js';

/** The extension by which a client says that it shows pages. */
export const showsApps = {
  extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
};

const Tools = z.array(z.object({ name: z.string(), _meta: z.record(z.string(), z.unknown()).optional() }));
const Resources = z.array(z.record(z.string(), z.unknown()));
const Contents = z.tuple([
  z.object({
    uri: z.string(),
    mimeType: z.string(),
    text: z.string(),
    _meta: z.record(z.string(), z.unknown()),
  }),
]);

/** An official client that has started the built server. */
export interface AppsClient {
  listTools(): Promise<z.output<typeof Tools>>;
  listResources(): Promise<z.output<typeof Resources>>;
  readPage(uri: string): Promise<z.output<typeof Contents>[0]>;
  /** @returns the result as the server sent it */
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

export interface AppsClientOptions {
  readonly kind?: ClientKind;
  readonly capabilities?: Partial<typeof showsApps>;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startAppsClient(options: AppsClientOptions = {}): Promise<AppsClient> {
  const { kind = '2.x client', capabilities = showsApps, environment = {} } = options;
  const parameters = {
    command: process.execPath,
    args: [serverFile],
    env: {
      PATH: '',
      WEMASY_STATE: 'memory',
      WEMASY_ACCEPT_VOLATILE_JOURNAL: 'on',
      WEMASY_LOG_LEVEL: 'error',
      ...environment,
    },
  };
  const info = { name: 'e2e', version: '1.0.0' };
  if (kind === '1.x client') {
    const client = new ClassicClient(info, { capabilities });
    await client.connect(new ClassicTransport(parameters));
    return clientOf(client);
  }
  const client = new ModernClient(info, {
    capabilities,
    ...(kind === '2.x client' ? {} : { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
  });
  await client.connect(new ModernTransport(parameters));
  return clientOf(client);
}

function clientOf(
  client: Pick<ModernClient | ClassicClient, keyof ModernClient & keyof ClassicClient>,
): AppsClient {
  return {
    listTools: async () => Tools.parse((await client.listTools()).tools),
    listResources: async () => Resources.parse((await client.listResources()).resources),
    readPage: async (uri) => Contents.parse((await client.readResource({ uri })).contents)[0],
    callTool: (call) => client.callTool(call),
    close: () => client.close(),
  };
}
