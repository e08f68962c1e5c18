import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
  UnauthorizedError as ModernUnauthorized,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as ClassicUnauthorized } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as ClassicClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as ClassicTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { orderPage, sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { freePort } from '@wemasy-orders/state/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { documentedTools, readingTools } from './support/documented-tools.js';
import { type HostedProcess, startHosted } from './support/hosted.js';
import {
  clientMetadata,
  clientMetadataUrl,
  type IdentityProvider,
  redirectUri,
  startIdentityProvider,
} from './support/identity-provider.js';
import { type ShopsFile, writeShopsFile } from './support/shops-file.js';

let idp: IdentityProvider;
let upstream: Upstream;
let shops: ShopsFile;
let server: HostedProcess;

beforeAll(async () => {
  const port = await freePort();
  const resource = `http://127.0.0.1:${port}/mcp`;
  idp = await startIdentityProvider(() => resource);
  upstream = await startUpstream((_, response) => sendJson(response, 200, orderPage([{ id: 7 }])));
  shops = await writeShopsFile({
    apiToken: 'api-token',
    identities: [{ issuer: idp.issuer, subject: 'jan' }],
  });
  server = await startHosted(port, {
    WEMASY_AUTH: 'oauth',
    WEMASY_OAUTH_ISSUER: idp.issuer,
    WEMASY_SHOPS: shops.path,
    WEMASY_API_URL: upstream.url,
  });
});

afterAll(async () => {
  await server.end();
  await idp.stop();
  await upstream.close();
  await shops.remove();
});

beforeEach(() => {
  idp.consent = { scopes: ['orders:read', 'orders:sync'] };
});

/** What an assistant keeps for its user, and the user's browser. */
class Memory {
  readonly redirectUrl = redirectUri;
  readonly clientMetadata = clientMetadata;
  readonly clientMetadataUrl?: string;
  callback = new URLSearchParams();
  #client: { client_id: string } | undefined;
  #tokens: { access_token: string; token_type: string } | undefined;
  #verifier = '';

  constructor(way: 'CIMD' | 'DCR') {
    if (way === 'CIMD') this.clientMetadataUrl = clientMetadataUrl;
  }

  clientInformation = () => this.#client;
  saveClientInformation = (client: { client_id: string }) => {
    this.#client = client;
  };
  tokens = () => this.#tokens;
  saveTokens = (tokens: { access_token: string; token_type: string }) => {
    this.#tokens = tokens;
  };
  codeVerifier = () => this.#verifier;
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  redirectToAuthorization = async (url: URL) => {
    this.callback = await idp.authorize(url);
  };
}

interface Connected {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(request: { name: string; arguments?: Record<string, unknown> }): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Connects as an assistant does: it is refused, its user signs in and consents, and it tries again. */
const clients: Readonly<Record<string, (memory: Memory) => Promise<Connected>>> = {
  '1.x': async (memory) => {
    const connect = async (client: ClassicClient) => {
      const transport = new ClassicTransport(new URL(server.url), { authProvider: memory });
      // Not called directly: under exactOptionalPropertyTypes the SDK's own transport does not fit its own interface.
      await Reflect.apply(client.connect, client, [transport]).catch(async (error: unknown) => {
        expect(error).toBeInstanceOf(ClassicUnauthorized);
        await transport.finishAuth(memory.callback.get('code') ?? '');
        throw error;
      });
      return client;
    };
    const make = () => new ClassicClient({ name: 'e2e', version: '1' });
    return connect(make()).catch(() => connect(make()));
  },
  '2.x': (memory) => connectModern(memory),
  '2.x, 2026-07-28': (memory) => connectModern(memory, '2026-07-28'),
};

async function connectModern(memory: Memory, pin?: string): Promise<Connected> {
  const connect = async () => {
    const client = new ModernClient(
      { name: 'e2e', version: '1' },
      pin === undefined ? {} : { versionNegotiation: { mode: { pin } } },
    );
    const transport = new ModernTransport(new URL(server.url), { authProvider: memory });
    await client.connect(transport).catch(async (error: unknown) => {
      expect(error).toBeInstanceOf(ModernUnauthorized);
      await transport.finishAuth(memory.callback);
      throw error;
    });
    return client;
  };
  return connect().catch(() => connect());
}

describe.each(Object.keys(clients))('the official client %s', (kind) => {
  const connect = (way: 'CIMD' | 'DCR') =>
    clients[kind]?.(new Memory(way)) ?? Promise.reject(new Error(kind));

  it.each(['CIMD', 'DCR'] as const)('finds the provider, authorizes by %s, and calls', async (way) => {
    const client = await connect(way);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(documentedTools);
    const answer = await client.callTool({ name: 'list_orders', arguments: { fields: ['id'] } });
    expect(answer['structuredContent']).toMatchObject({ rows: [[7]] });
    await client.close();
  });

  it('gets the tools of the scopes that its user allows', async () => {
    idp.consent = { scopes: ['orders:read'] };
    const client = await connect('CIMD');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(readingTools);
    const asked = upstream.requests.length;
    await expect(client.callTool({ name: 'sync_order', arguments: { order_id: 7 } })).rejects.toThrow();
    expect(upstream.requests).toHaveLength(asked);
    await client.close();
  });
});
