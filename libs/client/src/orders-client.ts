import { createRateLimiter, type RateLimiter, type RateLimitSnapshot } from '@wemasy-orders/rate-limit';
import { accountNamespace, type Clock, createMemoryStore, systemClock } from '@wemasy-orders/state';
import { baseUrlFault, tokenFault } from './connection-faults.js';
import type { OrdersPage } from './drift.js';
import { ConfigurationError, isOrdersError, OutcomeUnknownError, UnexpectedResponseError } from './errors.js';
import type { Fetch } from './fetch.js';
import type { Body } from './answer.js';
import { type Operation, operations, productionUrl } from './generated/operations.js';
import type { SyncOrderResponse } from './generated/schema.js';
import { type CallArguments, isSafe, type OperationId, rateLimitPolicies } from './operations.js';
import { pageOf } from './orders-page.js';
import { createPathsClient, type PathsClient } from './paths-client.js';
import type { ReadBody } from './read-body.js';
import { requestOf } from './request.js';
import { createSend } from './send.js';
import type { AttemptReport, CallOptions, DriftReport } from './types.js';

/** Filters and sorting of a list; a field that is undefined or null is not sent. */
export type OrderFilters = Omit<CallArguments<'listOrders'>, 'page'>;

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
  list(filters?: CallArguments<'listOrders'>, call?: CallOptions): Promise<OrdersPage>;
  /**
   * Sends one order to the financial provider. The API does not prevent sending an order twice, so the caller must record
   * what was sent, as `@wemasy-orders/order-sync` does.
   *
   * @param orderId the order's `id`, not its order_number
   * @throws {OutcomeUnknownError} when it was sent and may have taken effect; do not repeat it blindly
   * @throws {OrdersError} of any other class when it certainly took no effect
   */
  sync(orderId: number, call?: CallOptions): Promise<SyncOrderResponse>;
  /**
   * Calls any operation of the document.
   *
   * @param args path, query, header and body in one flat object; one that is undefined is not sent
   * @throws {OutcomeUnknownError} when a write was sent and may have taken effect
   * @throws {OrdersError} see the classes in `errors.ts`
   */
  call<Id extends OperationId>(
    operationId: Id,
    args: CallArguments<Id>,
    call?: CallOptions,
  ): Promise<CallResult<Id>>;
  /**
   * Calls an operation that is known only while the program runs. Its arguments are checked all the same.
   *
   * @throws {OrdersError} as `call` does
   */
  callOperation<Of extends Operation>(
    operation: Of,
    args: object,
    call?: CallOptions,
  ): Promise<ReadBody<Body<Of>>>;
  /** What is left of an operation's allowance, as far as the rate limiter knows. */
  allowance(operationId: OperationId): Promise<RateLimitSnapshot>;
  /** The typed client of the document's paths, on the same transport. */
  readonly paths: PathsClient;
  /** Closes the rate limiter, if it is the client's own. */
  close(): Promise<void>;
}

/** The body of a success, undefined where the document describes none, and where it differs from the document. */
export type CallResult<Id extends OperationId> = ReadBody<Body<(typeof operations)[Id]>>;

/**
 * Client of the operations that the document describes.
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
  const base = baseUrl.href.replace(/\/$/, '');
  let paths: PathsClient | undefined;

  const callOperation: OrdersClient['callOperation'] = async (operation, args, options = {}) => {
    try {
      return (await send(requestOf(operation, args, base), options)).read;
    } catch (error) {
      const isUnknown = !isSafe(operation) && isOrdersError(error) && error.effect === 'unknown';
      throw isUnknown ? new OutcomeUnknownError(error) : error;
    }
  };

  const call: OrdersClient['call'] = (operationId, args, options) =>
    callOperation(operations[operationId], args, options);

  return {
    call,
    callOperation,
    async list({ page = 1, ...filters } = {}, options) {
      const answer = pageOf(await call('listOrders', { ...withoutNothing(filters), page }, options));
      // Laravel's paginator repeats the page it was asked for, also beyond the last one.
      if (answer.current_page !== page) {
        throw new UnexpectedResponseError('wrong_page', {
          message: `The API answered with page ${answer.current_page} where page ${page} was asked for.`,
        });
      }
      return answer;
    },
    async sync(orderId, options) {
      return (await call('syncOrder', { order_id: orderId }, options)).value;
    },
    allowance: (operationId) => rateLimiter.snapshot(operationId),
    // Created at first use: it needs the global Request, for which Node loads an HTTP client that the operations do not need.
    get paths() {
      return (paths ??= createPathsClient(baseUrl, send));
    },
    close: async () => {
      await ownRateLimiter?.close();
    },
  };
}

function withoutNothing(filters: OrderFilters): OrderFilters {
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== undefined && value !== null),
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
