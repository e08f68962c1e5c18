import { createHash, randomUUID } from 'node:crypto';
import { hostHeaderValidationResponse, originValidationResponse } from '@modelcontextprotocol/server';
import type { PersonalData } from '@wemasy-orders/presentation';
import type { Log } from '@wemasy-orders/runtime';
import { type HostedConfig, mcpPath } from '@wemasy-orders/runtime/hosted';
import type { Clock } from '@wemasy-orders/state';
import { errorResponse, type Message } from '../frames/frame.js';
import type { ServiceOptions } from '../server.js';
import type { Tool } from '../tools/tool.js';
import type { Exchange, HttpOptions } from '../transports/http.js';
import { answerCrossOrigin } from '../transports/cross-origin.js';
import type { McpEndpoint } from '../transports/mcp-endpoint.js';
import type { RefusalLog } from '../transports/refusal-log.js';
import { type Authenticate, bearerOf } from './auth/authenticate.js';
import { createChallenge } from './auth/challenge.js';
import type { ResourceMetadata } from './auth/resource-metadata.js';
import { refuseBeyondScopes } from './auth/scope-check.js';
import { createCallsInFlight } from './calls-in-flight.js';
import type { Metrics } from './metrics.js';
import type { Principal } from './principal.js';
import type { Shops } from './shop.js';
import { createShopService } from './shop-service.js';

export interface HostedOptions {
  readonly config: Pick<
    HostedConfig,
    'WEMASY_PUBLIC_URL' | 'WEMASY_MAX_CALLS_PER_PRINCIPAL' | 'WEMASY_PERSONAL_DATA'
  >;
  readonly endpoint: McpEndpoint;
  readonly authenticate: Authenticate;
  /** Undefined where there is no identity provider. */
  readonly metadata: ResourceMetadata | undefined;
  readonly shops: Shops;
  readonly toolsFor: (personalData: PersonalData) => readonly Tool[];
  /** What the service of every principal is made with. */
  readonly serviceOptions: Pick<ServiceOptions, 'version' | 'clock' | 'stopping'>;
  /** Whether the proxy should send further requests here. */
  readonly isReady: () => boolean;
  readonly refusals: RefusalLog;
  /** Undefined where they are not read. */
  readonly metrics: Metrics | undefined;
  readonly log: Log;
  readonly clock: Clock;
}

/** How long clients may keep the list of tools, in ms: it changes when a shop is linked. */
const listTtlMs = 60_000;
/** When it is worth asking again after too many calls at once, in s. */
const askAgainSeconds = 1;
/** An error that the server defines (JSON-RPC 2.0 §5.1). */
const tooManyCalls = -32_000;

interface Answer {
  /** One of few names, for the metrics. */
  readonly route: 'mcp' | 'metadata' | 'health' | 'other';
  readonly response: Response;
}

/** Answers authenticated callers, each for their own shop. */
export function respondHosted(options: HostedOptions): HttpOptions['respond'] {
  const { config, endpoint, authenticate, metadata, shops, toolsFor, serviceOptions, isReady } = options;
  const { refusals, metrics, log, clock } = options;
  const { hostname } = new URL(config.WEMASY_PUBLIC_URL);
  const challenge = createChallenge(metadata?.url);
  const most = config.WEMASY_MAX_CALLS_PER_PRINCIPAL;
  const calls = createCallsInFlight(most);
  // They stay open, so that they are counted apart.
  const subscriptions = createCallsInFlight(most);
  const allTools = toolsFor(config.WEMASY_PERSONAL_DATA);

  function refused(
    kind: string,
    response: Response,
    facts: Readonly<Record<string, unknown>> = {},
  ): Response {
    refusals.refused(kind, facts);
    metrics?.refused(kind);
    return response;
  }

  async function answer(request: Request, exchange: Exchange, requestId: string): Promise<Answer> {
    const { pathname } = new URL(request.url);
    // Probes come from the machine itself or its orchestrator, which do not know the public name.
    if (pathname === '/healthz') return { route: 'health', response: plain(200, 'ok') };
    if (pathname === '/readyz') {
      return { route: 'health', response: isReady() ? plain(200, 'ready') : plain(503, 'ending') };
    }
    const otherHost = hostHeaderValidationResponse(request, [hostname]);
    if (otherHost !== undefined) return { route: 'other', response: refused('other host', otherHost) };
    const document = request.method === 'GET' ? metadata?.respond(pathname) : undefined;
    if (document !== undefined) return { route: 'metadata', response: document };
    if (pathname !== mcpPath) {
      const page = await shops.respond(request);
      return { route: 'other', response: page ?? plain(404, `This server answers at ${mcpPath}.`) };
    }
    const otherOrigin = originValidationResponse(request, [hostname]);
    if (otherOrigin !== undefined) return { route: 'mcp', response: refused('other origin', otherOrigin) };
    const response = await answerCrossOrigin(request, exchange, () =>
      answerMcp(request, exchange, requestId),
    );
    return { route: 'mcp', response };
  }

  async function answerMcp(request: Request, exchange: Exchange, requestId: string): Promise<Response> {
    const credential = bearerOf(request);
    const found =
      credential === undefined ? { refusal: { kind: 'none' } as const } : await authenticate(credential);
    if ('refusal' in found) {
      const { refusal } = found;
      const kind = { none: 'no token', invalid: 'invalid token', unavailable: 'issuer away' }[refusal.kind];
      const facts = 'reason' in refusal ? { requestId, reason: refusal.reason } : { requestId };
      return refused(kind, challenge.refuse(refusal), facts);
    }
    const { principal } = found;
    return endpoint.answer({
      request,
      exchange,
      refuse: (messages) =>
        refuseScopes(messages, principal, requestId) ??
        refuseTooMany(messages, principal, exchange, requestId),
      async service() {
        const shop = await shops
          .shopOf(principal)
          .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
        return createShopService({
          ...serviceOptions,
          principal,
          shop,
          linkPage: shops.linkPage,
          toolsFor,
          personalData: config.WEMASY_PERSONAL_DATA,
          listTtlMs,
          requestId,
          log: withFacts(log, () => ({ requestId, principal: shortNameOf(principal) })),
          onCall: (call) => metrics?.called(call),
        });
      },
    });
  }

  function refuseScopes(
    messages: readonly Message[],
    principal: Principal,
    requestId: string,
  ): Response | undefined {
    const errors = refuseBeyondScopes(messages, principal, allTools);
    if (errors === undefined) return undefined;
    return refused('missing scope', challenge.insufficientScope(errors.length === 1 ? errors[0] : errors), {
      requestId,
    });
  }

  function refuseTooMany(
    messages: readonly Message[],
    principal: Principal,
    exchange: Exchange,
    requestId: string,
  ): Response | undefined {
    const requests = messages.filter(({ id }) => id !== undefined);
    const listens = requests.filter(({ method }) => method === 'subscriptions/listen').length;
    const releaseCalls = calls.take(principal, requests.length - listens);
    const releaseListens = releaseCalls && subscriptions.take(principal, listens);
    if (releaseCalls === undefined || releaseListens === undefined) {
      releaseCalls?.();
      const text = `Too many requests: at most ${most} calls of one caller run at once.`;
      const errors = requests.flatMap(({ id }) =>
        id === undefined ? [] : [errorResponse(id, tooManyCalls, text)],
      );
      const headers = { 'retry-after': String(askAgainSeconds) };
      const body = errors.length === 1 ? errors[0] : errors;
      return refused('too many calls', Response.json(body, { status: 429, headers }), { requestId });
    }
    const end = metrics?.begin(requests.length - listens);
    exchange.onClose(() => {
      releaseCalls();
      releaseListens();
      end?.();
    });
    return undefined;
  }

  return async (request, exchange) => {
    const startedAt = clock.monotonic();
    const requestId = randomUUID();
    exchange.setHeader('x-request-id', requestId);
    exchange.setHeader('x-content-type-options', 'nosniff');
    const { route, response } = await answer(request, exchange, requestId).catch((error: unknown): Answer => {
      log.error('request failed', { requestId, error });
      return { route: 'other', response: plain(500, 'Internal error.') };
    });
    exchange.onClose(() => {
      const durationMs = clock.monotonic() - startedAt;
      metrics?.answered({ route, status: response.status, durationMs });
      log.debug('request answered', { requestId, route, status: response.status, durationMs });
    });
    return response;
  };
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { 'cache-control': 'no-store' } });
}

/** Distinguishes principals in a log without naming them: a subject may be an email address. */
function shortNameOf({ issuer, subject }: Principal): string {
  return createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
    .slice(0, 12);
}

/** The log, with the same facts in every line. */
function withFacts(log: Log, common: () => Readonly<Record<string, unknown>>): Log {
  const at =
    (level: keyof Log): Log[keyof Log] =>
    (message, facts) => {
      log[level](message, { ...common(), ...facts });
    };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), trace: at('trace') };
}
