import type { Log } from '@wemasy-orders/runtime';
import { type HostedConfig, mcpPath } from '@wemasy-orders/runtime/hosted';
import type { PersonalData } from '@wemasy-orders/presentation';
import type { Clock } from '@wemasy-orders/state';
import type { HttpAddress } from '../program.js';
import { createTools, limitsOf } from '../tools/create-tools.js';
import type { Tool } from '../tools/tool.js';
import { listen } from '../transports/http.js';
import { createMcpEndpoint } from '../transports/mcp-endpoint.js';
import { createRefusalLog, refusalOfProtocol } from '../transports/refusal-log.js';
import { authenticateByAccessToken } from './auth/access-token.js';
import { createIssuerKeys } from './auth/issuer-keys.js';
import { describeResource } from './auth/resource-metadata.js';
import { authenticateBySecret } from './auth/secrets.js';
import { createMetrics } from './metrics.js';
import { respondHosted } from './respond.js';
import type { Shops } from './shop.js';

export interface ServeHostedOptions {
  readonly config: HostedConfig;
  readonly http: HttpAddress;
  /** Where `/metrics` is served; undefined where it is not. */
  readonly metricsAt: HttpAddress | undefined;
  readonly shops: Shops;
  readonly version: string;
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
  readonly clock: Clock;
}

export interface HostedServer {
  /** Where it listens, behind the proxy. */
  readonly url: string;
  /** Where `/metrics` is. */
  readonly metricsUrl: string | undefined;
  /**
   * Ends without a failed call: serves on until the proxy has noticed that it is not ready, accepts no more, waits for
   * calls, and cancels those that would take longer than a call may.
   */
  end(): Promise<void>;
}

/** How long idle connections are kept, in ms: longer than proxies keep theirs, or they would use one that is closing. */
const keepAliveMs = 130_000;
/** How long cancelled calls and writes in flight may take to end, in ms: a busy server needs more than a moment. */
const graceMs = 10_000;

/**
 * Serves many shops to authenticated callers.
 *
 * @throws {Error} with the remedy, when an address cannot be listened on
 */
export async function serveHosted(options: ServeHostedOptions): Promise<HostedServer> {
  const { config, http, metricsAt, shops, version, log, clock } = options;
  const limits = limitsOf(config);
  const metrics = metricsAt === undefined ? undefined : createMetrics();
  const refusals = createRefusalLog({ log, clock });
  const stopping = new AbortController();
  let isReady = true;
  const endpoint = createMcpEndpoint({
    clock,
    onError: (error) => {
      refusals.refused(...refusalOfProtocol(error));
      metrics?.refused('protocol');
    },
  });
  const onError = (error: Error) => {
    log.error('request failed', { error });
  };
  const respond = respondHosted({
    config,
    endpoint,
    ...authenticationOf(options),
    shops,
    toolsFor: perMode((personalData) => createTools({ personalData, readOnly: false, clock, ...limits })),
    serviceOptions: { version, clock, stopping: stopping.signal },
    isReady: () => isReady,
    refusals,
    metrics,
    log,
    clock,
  });
  const server = await listen({ ...http, respond, onError, keepAliveMs });
  const metricsServer =
    metricsAt &&
    metrics &&
    (await listen({
      ...metricsAt,
      respond: async (request) =>
        new URL(request.url).pathname === '/metrics'
          ? metrics.page()
          : new Response('Metrics are at /metrics.\n', { status: 404 }),
      onError,
    }).catch((error: unknown) => {
      server.close();
      throw error;
    }));
  const pause = (ms: number) =>
    new Promise<void>((resolve) => void clock.setTimer(resolve, ms, { keepAlive: true }));

  return {
    url: `${server.origin}${mcpPath}`,
    metricsUrl: metricsServer && `${metricsServer.origin}/metrics`,
    async end() {
      isReady = false;
      server.closeConnections();
      await pause(config.WEMASY_DRAIN_MS);
      const drained = server.drain();
      await Promise.race([drained, pause(limits.answerWithinMs)]);
      stopping.abort();
      const closed = shops.close().catch((error: unknown) => {
        log.warn('the shops could not be closed', { error });
      });
      await Promise.race([Promise.all([drained, closed]), pause(graceMs)]);
      await endpoint.close();
      server.close();
      metricsServer?.close();
    },
  };
}

function authenticationOf({ config, shops, fetch, log, clock }: ServeHostedOptions) {
  const { WEMASY_OAUTH_ISSUER: issuer, WEMASY_PUBLIC_URL: audience } = config;
  if (issuer === undefined || config.WEMASY_AUTH === 'token') {
    return { authenticate: authenticateBySecret(shops), metadata: undefined };
  }
  const keys = createIssuerKeys({
    issuer,
    fetch,
    clock,
    onWarning: (error) => {
      log.warn('the keys of the issuer could not be read again; the earlier ones serve on', { error });
    },
  });
  const algorithms = config.WEMASY_OAUTH_ALGORITHMS;
  return {
    authenticate: authenticateByAccessToken({ issuer, audience, algorithms, keys, clock }),
    metadata: describeResource(audience, issuer),
  };
}

/** One list of tools for each mode, made when it is first wanted: their schemas are large, and shops are many. */
function perMode(make: (personalData: PersonalData) => readonly Tool[]) {
  const made = new Map<PersonalData, readonly Tool[]>();
  return (personalData: PersonalData): readonly Tool[] => {
    const tools = made.get(personalData) ?? make(personalData);
    made.set(personalData, tools);
    return tools;
  };
}
