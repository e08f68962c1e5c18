import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import type * as z from 'zod';
import { isSafe } from '@wemasy-orders/client';
import { type Operation, operations } from '@wemasy-orders/client/operations';
import * as schemas from '@wemasy-orders/client/schemas';
import { acceptsJson } from './accepts-json.js';
import type { Connection } from './connection.js';
import { createControl } from './control.js';
import { documentedAnswer } from './documented-answer.js';
import { createFaultList } from './fault-list.js';
import { createLedger } from './ledger.js';
import { columnOf, filterNames } from './list-columns.js';
import { createOrderTable, type OrderQuery } from './order-table.js';
import { argumentsIn, type ReceivedRequest } from './operation-arguments.js';
import { paginate } from './pagination.js';
import { documentedQuery, fieldsIn, type Input, inputOf, readBody, requestedPage } from './request-input.js';
import { createThrottle } from './throttle.js';
import { authenticate, type Token, tokens } from './tokens.js';
import { nothingSelected, validate } from './validation.js';

/** Whose requests to a public operation share one window: that of callers without a token. */
const anyone = 'anyone';

/** Path of the API, as in the vendor's base URL. */
export const apiPath = '/api';

/** Assumption: the request sample of the page asks for ten; the vendor documents no default. */
const defaultPerPage = 10;

export interface AppOptions {
  readonly database: Connection;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Length of every throttle window; the document's when undefined. */
  readonly windowSeconds: number | undefined;
  /** Aborts when the sandbox closes. */
  readonly closing: AbortSignal;
  readonly pages: Hono | undefined;
  readonly onError: (error: Error) => void;
}

type App = Hono<{ Bindings: HttpBindings }>;

const servedOperations: ReadonlySet<string> = new Set([
  operations.listOrders.operationId,
  operations.syncOrder.operationId,
]);

/** Body and query of a list; the page number is read apart, as Laravel's paginator reads it. */
const listRequest = schemas.ListOrdersRequest.extend(schemas.ListOrdersQuery.omit({ page: true }).shape);
type ApiError = z.infer<typeof schemas.ApiError>;

/** The part of an operation that differs from the others. */
interface Endpoint {
  readonly operation: Operation;
  readonly allowed: readonly Token[];
  answer(call: { request: ReceivedRequest; input: Input; token: Token | undefined }): Answer;
}

interface Answer {
  readonly status: number;
  /** Undefined where the answer has no body. */
  readonly body: unknown;
}

/** The documented endpoints, `/sandbox` for tests and demos, and the given pages. */
export function createApp(options: AppOptions): App {
  const { database, clock, windowSeconds, closing, pages, onError } = options;
  const orders = createOrderTable(database);
  const ledger = createLedger(database, clock);
  const throttle = createThrottle(database, clock, windowSeconds);
  const faults = createFaultList(closing);

  // Laravel routes a path with a trailing slash like the one without.
  const app: App = new Hono({ strict: false });

  function route({ operation, allowed, answer }: Endpoint): void {
    const limit = { 'X-RateLimit-Limit': String(operation.rateLimit.limit) };

    async function serve(context: Context): Promise<Response> {
      const url = new URL(context.req.url);
      // PHP reads the whole body first. Nothing below waits, so no two requests interleave.
      const body = await readBody(context.req.raw);
      const input = { ...inputOf(body), ...documentedQuery(url, operation) };

      const token = authenticate(context.req.header('authorization') ?? null);
      if (token === undefined && operation.isPublic !== true) {
        // The pages list the headers on 401 too. A 401 belongs to no window, and Laravel authenticates before
        // it throttles, so the whole allowance is left.
        const headers = { ...limit, 'X-RateLimit-Remaining': limit['X-RateLimit-Limit'] };
        if (acceptsJson(context.req.header('accept'))) return error(401, 'Unauthenticated.', headers);
        return context.html(unauthenticatedPage, 401, headers);
      }

      const hit = throttle.hit(token ?? anyone, operation);
      if (!hit.allowed) {
        return error(429, 'Too Many Attempts.', {
          ...limit,
          'X-RateLimit-Remaining': '0',
          'Retry-After': String(hit.retryAfterSeconds),
          // Not on the pages, but Laravel sends it with every Retry-After.
          'X-RateLimit-Reset': String(hit.resetsAt),
        });
      }
      const headers = { ...limit, 'X-RateLimit-Remaining': String(hit.remaining) };

      // A form request authorizes before it validates.
      if (token !== undefined && !allowed.includes(token))
        return error(403, 'This action is unauthorized.', headers);

      const parameters = parametersOf(operation, context);
      const request = { url, headers: context.req.raw.headers, parameters, body };
      const answered = answer({ request, input, token });
      const { status } = answered;
      // The pages list no headers on 422. Laravel sends them there too, but a client that relies on them must
      // fail here.
      const init = { status, headers: status === 422 ? {} : headers };
      return answered.body === undefined ? new Response(null, init) : Response.json(answered.body, init);
    }

    app.on(operation.method, routeOf(operation), (context) =>
      faults.pass({
        operation,
        serve: () => serve(context),
        reset() {
          context.env.outgoing.socket?.resetAndDestroy();
          return RESPONSE_ALREADY_SENT;
        },
      }),
    );
  }

  route({
    operation: operations.listOrders,
    allowed: [tokens.fullAccess, tokens.readOnly],
    answer({ input, request: { url, headers } }) {
      const validated = validate(listRequest, input);
      if (!validated.ok) return { status: 422, body: validated.failure };
      const request = validated.value;
      const sortKey = request.sortKey ?? 'created_at';
      const { filters, unserved } = filtersOf(request);
      const [unknown] = columnOf(sortKey) === undefined ? [sortKey] : unserved;
      if (unknown !== undefined) {
        return notImplemented(`sort or filter by ${unknown}: an order has no such field to compare`);
      }
      const header = fieldsIn('header', operations.listOrders).find((name) => headers.has(name));
      if (header !== undefined) return notImplemented(`apply the header ${header}`);
      const query = {
        filters,
        search: request.search_query ?? null,
        sortKey,
        sortOrder: request.sortOrder ?? 'desc',
        page: requestedPage(url, input),
        perPage: request.per_page ?? defaultPerPage,
      };
      const path = `${url.origin}${apiPath}${operations.listOrders.path}`;
      return { status: 200, body: { error: false, data: paginate(orders.list(query), query, path) } };
    },
  });

  route({
    operation: operations.syncOrder,
    allowed: [tokens.fullAccess],
    answer({ input, token }) {
      const validated = validate(schemas.SyncOrderRequest, input);
      if (!validated.ok) return { status: 422, body: validated.failure };
      const { order_id: id } = validated.value;
      // Assumption: the vendor documents no 404, so an unknown order fails Laravel's `exists` rule.
      if (!orders.has(id)) return { status: 422, body: nothingSelected('order_id') };
      // Assumption: an order that was sent before is booked once more. The vendor promises nothing else, and
      // clients must cope with it.
      database.transaction(() => {
        ledger.append(id, token ?? anyone);
        orders.markSynced(id);
      });
      return { status: 200, body: { error: false, message: 'Order synced to SnelStart.', data: [] } };
    },
  });

  // An operation that the document gains is answered as the document shows. A path without parameters comes first.
  const documented = Object.values<Operation>(operations).toSorted(
    (a, b) => parameterNames(a).length - parameterNames(b).length,
  );
  for (const operation of documented) {
    if (servedOperations.has(operation.operationId)) continue;
    route({
      operation,
      allowed: isSafe(operation) ? Object.values(tokens) : [tokens.fullAccess],
      answer({ request }) {
        const schema: z.ZodObject = schemas[operation.argumentsSchema];
        const validated = validate(schema, argumentsIn(operation, schema, request));
        if (!validated.ok) return { status: 422, body: validated.failure };
        const { answer, fault } = documentedAnswer(operation);
        return answer ?? notImplemented(`answer ${operation.operationId}: ${fault}`);
      },
    });
  }

  for (const path of new Set(documented.map(routeOf))) {
    const methods = documented.filter((operation) => routeOf(operation) === path).map(({ method }) => method);
    app.all(path, (context) =>
      error(
        405,
        `The ${context.req.method} method is not supported for route ${context.req.path.slice(1)}. Supported methods: ${methods.join(', ')}.`,
        { Allow: methods.join(', ') },
      ),
    );
  }

  app.route('/sandbox', createControl({ ledger, throttle, faults }));
  if (pages !== undefined) app.route('/', pages);

  app.notFound((context) => error(404, `The route ${context.req.path.slice(1)} could not be found.`));
  app.onError((fault) => {
    onError(fault);
    return error(500, 'Server Error');
  });
  return app;
}

/** The route of an operation in Hono's notation: `/orders/{order-id}` becomes `/orders/:p0`. */
function routeOf(operation: Operation): string {
  const path = parameterNames(operation).reduce(
    (route, name, at) => route.replace(`{${name}}`, `:p${at}`),
    operation.path,
  );
  return apiPath + path;
}

function parameterNames({ path }: Operation): readonly string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => name);
}

function parametersOf(operation: Operation, { req }: Context): ReceivedRequest['parameters'] {
  return Object.fromEntries(parameterNames(operation).map((name, at) => [name, req.param(`p${at}`) ?? '']));
}

/** The filters of a list request that have a value, and the names of those that no column serves. */
function filtersOf(request: object): { filters: OrderQuery['filters']; unserved: readonly string[] } {
  const given = Object.entries(request).filter(
    ([name, value]) => filterNames.includes(name) && value != null,
  );
  const filters: Record<string, string | number | boolean> = {};
  const unserved = [];
  for (const [name, value] of given) {
    if (columnOf(name) !== undefined && isScalar(value)) filters[name] = value;
    else unserved.push(name);
  }
  return { filters, unserved };
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** @param ability completes the sentence "The sandbox cannot …" */
function notImplemented(ability: string): Answer {
  const body: ApiError = { error: true, message: `The sandbox cannot ${ability}.` };
  return { status: 501, body };
}

/** The documented error body; 404, 405 and 500, which the pages do not show, have the same shape. */
function error(status: number, message: string, headers: Record<string, string> = {}): Response {
  const body: ApiError = { error: true, message };
  return Response.json(body, { status, headers });
}

/** Laravel redirects a caller who does not ask for JSON to a login page, which an API does not have. */
const unauthenticatedPage = `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>Unauthorized</title></head>
  <body><h1>401 Unauthorized</h1></body>
</html>
`;
