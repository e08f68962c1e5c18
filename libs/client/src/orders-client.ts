import { createRateLimiter, type RateLimiter, type RateLimitSnapshot } from '@wemasy-orders/rate-limit';
import { accountNamespace, type Clock, createMemoryStore, systemClock } from '@wemasy-orders/state';
import type * as z from 'zod';
import { baseUrlFault, tokenFault } from './connection-faults.js';
import type { OrdersPage } from './drift.js';
import {
  ConfigurationError,
  InvalidArgumentsError,
  isOrdersError,
  OutcomeUnknownError,
  UnexpectedResponseError,
} from './errors.js';
import type { Fetch } from './fetch.js';
import { productionUrl } from './generated/operations.js';
import type { ListOrdersRequest, SyncOrderResponse } from './generated/schema.js';
import * as schemas from './generated/schemas.js';
import { type OperationId, rateLimitPolicies } from './operations.js';
import { createSend } from './send.js';
import { createTransport, type PathsClient } from './transport.js';
import type { AttemptReport, CallOptions, DriftReport } from './types.js';

/** Filters and sorting of a list; a field that is undefined or null is not sent. */
export type OrderFilters = {
  readonly [Name in keyof ListOrdersRequest]?: ListOrdersRequest[Name] | undefined;
};

export interface OrdersClientOptions {
  /** API token. It is sent to `baseUrl` and shown nowhere. */
  readonly token: string;
  /** Base URL of the API; default: the vendor's. Plain http is accepted for loopback addresses only. */
  readonly baseUrl?: string | undefined;
  /**
   * Keeps the calls inside the API's allowance. Clients of one account must share it; default: one of this client's own, in
   * memory.
   */
  readonly rateLimiter?: RateLimiter | undefined;
  /** Default: the global one. */
  readonly fetch?: Fetch | undefined;
  /** Deadline of one request, from sending it to the end of its answer, in ms; default 30000. */
  readonly timeoutMs?: number | undefined;
  /** Longest wait of one call for permits, in ms; default: as long as it takes. */
  readonly maxWaitMs?: number | undefined;
  /** Called after each attempt, for logs; what it throws is ignored. */
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
  /** Called once for each difference between answers and the document, for logs; what it throws is ignored. */
  readonly onDrift?: ((report: DriftReport) => void) | undefined;
  readonly clock?: Clock | undefined;
  /** Spreads retries; a number in [0, 1). */
  readonly random?: (() => number) | undefined;
}

export interface OrdersClient {
  /**
   * One page of orders.
   *
   * @param filters `page` counts from 1 and defaults to 1
   * @throws {UnexpectedResponseError} also when the API answers with another page
   * @throws {OrdersError} see the classes in `errors.ts`
   */
  list(
    filters?: OrderFilters & { readonly page?: number | undefined },
    call?: CallOptions,
  ): Promise<OrdersPage>;
  /**
   * Sends one order to the financial provider. The API does not prevent sending an order twice, so the caller must record
   * what was sent, as `@wemasy-orders/order-sync` does.
   *
   * @param orderId the order's `id`, not its order_number
   * @throws {OutcomeUnknownError} when it was sent and may have taken effect; do not repeat it blindly
   * @throws {OrdersError} of any other class when it certainly took no effect
   */
  sync(orderId: number, call?: CallOptions): Promise<SyncOrderResponse>;
  /** What is left of an operation's allowance, as far as the rate limiter knows. */
  allowance(operationId: OperationId): Promise<RateLimitSnapshot>;
  /** The typed client of the document's paths, on the same transport. */
  readonly paths: PathsClient;
  /** Closes the rate limiter, if it is the client's own. */
  close(): Promise<void>;
}

/**
 * Client of the two order endpoints.
 *
 * @throws {ConfigurationError} when the token or the base URL cannot work
 */
export function createOrdersClient(options: OrdersClientOptions): OrdersClient {
  const { token, baseUrl: address = productionUrl } = options;
  checkConnection(token, address);
  const baseUrl = new URL(address);
  const clock = options.clock ?? systemClock;
  const ownRateLimiter =
    options.rateLimiter === undefined
      ? createRateLimiter({
          store: createMemoryStore({ clock }),
          policies: rateLimitPolicies(),
          namespace: accountNamespace(baseUrl.href, token),
          clock,
        })
      : undefined;
  const rateLimiter = options.rateLimiter ?? ownRateLimiter;
  if (rateLimiter === undefined) throw new TypeError('unreachable: a client has a rate limiter');
  const send = createSend({
    token,
    rateLimiter,
    clock,
    fetch: options.fetch ?? globalThis.fetch,
    timeoutMs: options.timeoutMs ?? 30_000,
    maxWaitMs: options.maxWaitMs ?? Number.POSITIVE_INFINITY,
    random: options.random ?? Math.random,
    onAttempt: options.onAttempt,
    onDrift: options.onDrift,
  });
  const transport = createTransport(baseUrl, send);

  const list: OrdersClient['list'] = async ({ page = 1, ...filters } = {}, call = {}) => {
    const body = check(schemas.ListOrdersRequest.strict(), withoutNothing(filters));
    const query = check(schemas.ListOrdersQuery.strict().required(), { page });
    const answer = await transport.listOrders(body, query.page, call);
    // Laravel's paginator repeats the page it was asked for, also beyond the last one.
    if (answer.current_page !== query.page) {
      throw new UnexpectedResponseError('wrong_page', {
        message: `The API answered with page ${answer.current_page} where page ${query.page} was asked for.`,
      });
    }
    return answer;
  };

  return {
    list,
    async sync(orderId, call = {}) {
      const body = check(schemas.SyncOrderRequest.strict(), { order_id: orderId });
      try {
        return await transport.syncOrder(body, call);
      } catch (error) {
        throw isOrdersError(error) && error.effect === 'unknown' ? new OutcomeUnknownError(error) : error;
      }
    },
    allowance: (operationId) => rateLimiter.snapshot(operationId),
    get paths() {
      return transport.paths;
    },
    close: async () => {
      await ownRateLimiter?.close();
    },
  };
}

function withoutNothing(filters: OrderFilters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** @throws {InvalidArgumentsError} naming every argument that the document does not allow */
function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  throw new InvalidArgumentsError(
    checked.error.issues.map((issue) => ({
      argument: issue.path.map(String).join('.') || 'arguments',
      fault: issue.message,
    })),
  );
}

/** @throws {ConfigurationError} naming everything that cannot work */
function checkConnection(token: string, baseUrl: string): void {
  const faults = [
    ['API token', tokenFault(token)],
    ['base URL', baseUrlFault(baseUrl)],
  ].flatMap(([what, fault]) => (fault === undefined ? [] : [`The ${what} ${fault}.`]));
  if (faults.length > 0) throw new ConfigurationError(...faults);
}
