import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import type * as z from 'zod';
import { operations } from '@wemasy-orders/client/operations';
import * as schemas from '@wemasy-orders/client/schemas';
import { acceptsJson } from './accepts-json.js';
import type { Connection } from './connection.js';
import { createControl } from './control.js';
import { createFaultList } from './fault-list.js';
import { createLedger } from './ledger.js';
import { createOrderTable } from './order-table.js';
import { paginate } from './pagination.js';
import { type Input, readInput, requestedPage } from './request-input.js';
import { createThrottle } from './throttle.js';
import { authenticate, type Token, tokens } from './tokens.js';
import { nothingSelected, validate } from './validation.js';

/** The path under which the API lies, as in the vendor's base URL. */
export const apiPath = '/api';

/** Assumption: the page's request sample asks for ten; what the API does without the field is not said. */
const defaultPerPage = 10;

export interface AppOptions {
  readonly database: Connection;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Length of every throttle window; the document's when undefined. */
  readonly windowSeconds: number | undefined;
  /** Aborts when the sandbox ends. */
  readonly closing: AbortSignal;
  readonly pages: Hono | undefined;
  readonly onError: (error: Error) => void;
}

type App = Hono<{ Bindings: HttpBindings }>;
type ApiError = z.infer<typeof schemas.ApiError>;

/** What an operation answers; everything around it is the same for all. */
interface Endpoint<Shape extends z.core.$ZodShape> {
  readonly operation: (typeof operations)[keyof typeof operations];
  readonly request: z.ZodObject<Shape>;
  readonly allowed: readonly Token[];
  answer(request: z.output<z.ZodObject<Shape>>, context: { input: Input; url: URL; token: Token }): Answer;
}

interface Answer {
  readonly status: 200 | 422;
  readonly body: unknown;
}

/** The documented endpoints, what tests and demos look at beside them, and the pages that were given. */
export function createApp(options: AppOptions): App {
  const { database, clock, windowSeconds, closing, pages, onError } = options;
  const orders = createOrderTable(database);
  const ledger = createLedger(database, clock);
  const throttle = createThrottle(database, clock, windowSeconds);
  const faults = createFaultList(closing);

  // Laravel routes a path with a trailing slash like the one without.
  const app: App = new Hono({ strict: false });

  function serve<Shape extends z.core.$ZodShape>(endpoint: Endpoint<Shape>): void {
    const { operation, request, allowed, answer } = endpoint;
    const path = apiPath + operation.path;
    const limit = { 'X-RateLimit-Limit': String(operation.rateLimit.limit) };

    async function carryOut(context: Context): Promise<Response> {
      // PHP has the whole body before it looks at anything; from here on nothing waits, so that no two
      // requests can mix.
      const input = await readInput(context.req.raw);

      const token = authenticate(context.req.header('authorization') ?? null);
      if (token === undefined) {
        // The pages list the headers on 401 too. Nobody's window can be meant, and Laravel's authentication
        // comes before its throttle and costs nothing, so the budget is shown whole.
        const headers = { ...limit, 'X-RateLimit-Remaining': limit['X-RateLimit-Limit'] };
        if (acceptsJson(context.req.header('accept'))) return error(401, 'Unauthenticated.', headers);
        return context.html(unauthenticatedPage, 401, headers);
      }

      const hit = throttle.hit(token, operation);
      if (!hit.allowed) {
        return error(429, 'Too Many Attempts.', {
          ...limit,
          'X-RateLimit-Remaining': '0',
          'Retry-After': String(hit.retryAfterSeconds),
          // Not on the pages; Laravel sends it with every Retry-After.
          'X-RateLimit-Reset': String(hit.resetsAt),
        });
      }
      const headers = { ...limit, 'X-RateLimit-Remaining': String(hit.remaining) };

      // A form request authorizes before it validates.
      if (!allowed.includes(token)) return error(403, 'This action is unauthorized.', headers);

      const validated = validate(request, input);
      const { status, body } = validated.ok
        ? answer(validated.value, { input, url: new URL(context.req.url), token })
        : { status: 422, body: validated.failure };
      // The pages list no headers on 422. Laravel in practice sends them there as well; the pages rule, so
      // that a client which counts on them does not pass here.
      return Response.json(body, { status, headers: status === 422 ? {} : headers });
    }

    app.on(operation.method, path, (context) =>
      faults.pass({
        operation,
        carryOut: () => carryOut(context),
        reset() {
          context.env.outgoing.socket?.resetAndDestroy();
          return RESPONSE_ALREADY_SENT;
        },
      }),
    );

    app.all(path, (context) =>
      error(
        405,
        `The ${context.req.method} method is not supported for route ${path.slice(1)}. Supported methods: ${operation.method}.`,
        { Allow: operation.method },
      ),
    );
  }

  serve({
    operation: operations.listOrders,
    request: schemas.ListOrdersRequest,
    allowed: [tokens.fullAccess, tokens.readOnly],
    answer(request, { input, url }) {
      const query = {
        status: request.status ?? null,
        type: request.type ?? null,
        search: request.search_query ?? null,
        sortKey: request.sortKey ?? 'created_at',
        sortOrder: request.sortOrder ?? 'desc',
        page: requestedPage(url, input),
        perPage: request.per_page ?? defaultPerPage,
      } as const;
      const path = `${url.origin}${apiPath}${operations.listOrders.path}`;
      return { status: 200, body: { error: false, data: paginate(orders.list(query), query, path) } };
    },
  });

  serve({
    operation: operations.syncOrder,
    request: schemas.SyncOrderRequest,
    allowed: [tokens.fullAccess],
    answer({ order_id: id }, { token }) {
      // Assumption: the vendor documents no 404, so an unknown order fails Laravel's `exists` rule.
      if (!orders.has(id)) return { status: 422, body: nothingSelected('order_id') };
      // Assumption: an order that was sent before is booked once more. The vendor promises nothing else,
      // and it is what a client must be able to survive.
      database.transaction(() => {
        ledger.append(id, token);
        orders.markSynced(id);
      });
      return { status: 200, body: { error: false, message: 'Order synced to SnelStart.', data: [] } };
    },
  });

  app.route('/sandbox', createControl({ ledger, throttle, faults }));
  if (pages !== undefined) app.route('/', pages);

  app.notFound((context) => error(404, `The route ${context.req.path.slice(1)} could not be found.`));
  app.onError((fault) => {
    onError(fault);
    return error(500, 'Server Error');
  });
  return app;
}

/** The documented error body; a 404, 405 or 500, which the pages do not show, takes the same shape. */
function error(status: number, message: string, headers: Record<string, string> = {}): Response {
  const body: ApiError = { error: true, message };
  return Response.json(body, { status, headers });
}

/** Laravel sends a caller who does not ask for JSON to a login page, which an API does not have. */
const unauthenticatedPage = `<!DOCTYPE html>
<html lang="en">
  <head><meta charset="utf-8"><title>Unauthorized</title></head>
  <body><h1>401 Unauthorized</h1></body>
</html>
`;
