import {
  createSimpleRateLimiter,
  type SimpleRateLimiter,
  type RateLimitSnapshot,
} from '@wemasy-orders/rate-limit';
import { type Clock, notify, systemClock } from '@wemasy-orders/state';
import { type Body, requestIdOf } from './answer.js';
import {
  baseUrlFault,
  callLimitFaults,
  platformName,
  tokenFault,
  userAgentFault,
  userAgentHeader,
} from './call-options.js';
import type { OrdersPage, UnreadableOrder } from './drift.js';
import { ConfigurationError, OutcomeUnknownError, UnexpectedResponseError } from './errors.js';
import { isOrdersError } from './is-orders-error.js';
import type { Fetch } from './fetch.js';
import { type Call, calls, productionUrl } from './generated/calls.js';
import type { ListOrdersResponse, SyncOrderResponse } from './generated/schema.js';
import { logCalls } from './log-calls.js';
import { type CallArguments, isSafe, type OperationId, rateLimitPolicies } from './operations.js';
import { createPathsClient, type PathsClient } from './paths-client.js';
import type { DroppedItem, ReadBody } from './read-body.js';
import { requestOf } from './request.js';
import { createSend } from './send.js';
import { isRecord } from './shape.js';
import { createTokenSource, type TokenProvider } from './token-source.js';
import type {
  ApiPromise,
  AttemptReport,
  CallOptions,
  DriftReport,
  Logger,
  OrderFilters,
  RequestReport,
  ResponseReport,
  WithResponse,
} from './types.js';
import { type OrdersIterable, walkOrders } from './walk-orders.js';

/** How a client reaches the API. Only the token is required. */
export interface OrdersClientOptions {
  /**
   * API token, or a function that looks it up for each request. It is sent to `baseUrl` and shown nowhere. A call rejects
   * with what the function throws, before anything is sent.
   */
  readonly token: TokenProvider;
  /** Base URL of the API; default: the vendor's. Plain http is accepted for loopback addresses only. */
  readonly baseUrl?: string | undefined;
  /**
   * Keeps the calls inside the API's allowance. Clients of one account must share it; default: one of this client's own, in
   * memory.
   */
  readonly rateLimiter?: SimpleRateLimiter | undefined;
  /** Default: the global one, looked up for each request. */
  readonly fetch?: Fetch | undefined;
  /** Deadline of one request, from sending it to the end of its answer, in ms; default 30000. */
  readonly timeoutMs?: number | undefined;
  /** Longest wait of one call for permits, in ms; default: as long as it takes. */
  readonly maxWaitMs?: number | undefined;
  /** Most repetitions of one call, 0 or more; default 2. See `CallOptions`. */
  readonly maxRetries?: number | undefined;
  /** Your program's name and version, e.g. `my-shop/1.2`; it is sent in front of the client's own. Browsers send theirs. */
  readonly userAgent?: string | undefined;
  /** Called with each request at the moment when it leaves; what it throws is ignored. */
  readonly onRequest?: ((report: RequestReport) => void) | undefined;
  /** Called with each complete answer; what it throws is ignored. */
  readonly onResponse?: ((report: ResponseReport) => void) | undefined;
  /** Called after each attempt, for logs; what it throws is ignored. */
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
  /** Called once for each difference between answers and the document, for logs; what it throws is ignored. */
  readonly onDrift?: ((report: DriftReport) => void) | undefined;
  /** Takes a line for each attempt and each difference from the document. Default: nothing is logged. */
  readonly logger?: Logger | undefined;
  /** Time, for tests; default: the system's. */
  readonly clock?: Clock | undefined;
  /** Spreads retries; a number in [0, 1). */
  readonly random?: (() => number) | undefined;
}

/**
 * The order endpoints. A call takes a permit, has a deadline, and checks the answer; all that it throws is an `OrdersError`.
 * `await using` closes the client.
 */
export interface OrdersClient extends AsyncDisposable {
  /**
   * One page of orders.
   *
   * @param filters `page` counts from 1 and defaults to 1
   * @returns the page; `withResponse()` gives the status, the headers and the request id beside it
   * @throws {UnexpectedResponseError} also when the API answers with another page
   * @throws {OrdersError} see the classes in `errors.ts`
   */
  list(filters?: CallArguments<'listOrders'>, call?: CallOptions): ApiPromise<OrdersPage>;
  /**
   * All matching orders, each once, oldest first unless you sort; pages are read as you iterate. See `walkOrders`.
   *
   * @param call for each page; a function is called before each
   * @throws {OrdersError} from the iteration
   */
  listAll(filters?: OrderFilters, call?: CallOptions | (() => CallOptions)): OrdersIterable;
  /**
   * Sends one order to the financial provider. The API does not prevent sending an order twice, so the caller must record
   * what was sent, as `@wemasy-orders/order-sync` does.
   *
   * @param orderId the order's `id`, not its order_number
   * @throws {OutcomeUnknownError} when it was sent and may have taken effect; do not repeat it blindly
   * @throws {OrdersError} of any other class when it certainly took no effect
   */
  sync(orderId: number, call?: CallOptions): ApiPromise<SyncOrderResponse>;
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
  ): ApiPromise<CallResult<Id>>;
  /**
   * Calls an operation that is known only while the program runs. Its arguments are checked all the same.
   *
   * @throws {OrdersError} as `call` does
   */
  callOperation<Of extends Call>(
    operation: Of,
    args: object,
    call?: CallOptions,
  ): ApiPromise<ReadBody<Body<Of>>>;
  /** What is left of an operation's allowance, as far as the rate limiter knows. */
  allowance(operationId: OperationId): Promise<RateLimitSnapshot>;
  /** Typed calls of the document's paths, on the same transport. */
  readonly paths: PathsClient;
  /** Closes the rate limiter, if it is the client's own. */
  close(): Promise<void>;
}

/** The body of a success, undefined where the document describes none, and where it differs from the document. */
export type CallResult<Id extends OperationId> = ReadBody<Body<(typeof calls)[Id]>>;

/**
 * Client of the operations that the document describes.
 *
 * @throws {ConfigurationError} when an option cannot work: the token, the base URL, a limit, the user agent
 */
export function createOrdersClient(options: OrdersClientOptions): OrdersClient {
  const { token, baseUrl: address = productionUrl, onAttempt, onDrift } = options;
  checkOptions(options, address);
  const baseUrl = new URL(address);
  const clock = options.clock ?? systemClock;
  const rateLimiter =
    options.rateLimiter ?? createSimpleRateLimiter({ policies: rateLimitPolicies(), clock });
  const log = options.logger === undefined ? undefined : logCalls(options.logger);
  const send = createSend({
    ...options,
    tokens: createTokenSource(token),
    rateLimiter,
    clock,
    fetch: options.fetch ?? ((url, request) => globalThis.fetch(url, request)),
    headers: userAgentHeader(options.userAgent, platformName()),
    onAttempt: both(log?.onAttempt, onAttempt),
    onDrift: both(log?.onDrift, onDrift),
  });
  const base = baseUrl.href.replace(/\/$/, '');

  const perform = async <Of extends Call>(
    operation: Of,
    args: object,
    call: CallOptions = {},
  ): Promise<WithResponse<ReadBody<Body<Of>>>> => {
    try {
      const { answer, read } = await send(requestOf(operation, args, base), call);
      const { status, headers } = answer;
      return { data: read, response: { status, headers, requestId: requestIdOf(headers) } };
    } catch (error) {
      const isUnknown = !isSafe(operation) && isOrdersError(error) && error.effect === 'unknown';
      throw isUnknown ? new OutcomeUnknownError(error) : error;
    }
  };

  const list = async (
    { page = 1, ...filters }: CallArguments<'listOrders'> = {},
    call?: CallOptions,
  ): Promise<WithResponse<OrdersPage>> => {
    const args = { ...withoutNothing(filters), page };
    const { data: read, response } = await perform(calls.listOrders, args, call);
    const data = pageOf(read);
    // Laravel's paginator repeats the page it was asked for, also beyond the last one.
    if (data.current_page !== page) {
      throw new UnexpectedResponseError('wrong_page', {
        message: `The API answered with page ${data.current_page} where page ${page} was asked for.`,
      });
    }
    return { data, response };
  };

  const sync = async (orderId: number, call?: CallOptions): Promise<WithResponse<SyncOrderResponse>> => {
    const { data: read, response } = await perform(calls.syncOrder, { order_id: orderId }, call);
    return { data: read.value, response };
  };

  const callOperation: OrdersClient['callOperation'] = (operation, args, call) =>
    apiPromise(perform(operation, args, call));

  const call: OrdersClient['call'] = (operationId, args, options) =>
    callOperation(calls[operationId], args, options);

  let paths: PathsClient | undefined;
  const client: OrdersClient = disposable({
    call,
    callOperation,
    list: (filters?: CallArguments<'listOrders'>, options?: CallOptions) =>
      apiPromise(list(filters, options)),
    listAll: (filters?: OrderFilters, options?: CallOptions | (() => CallOptions)) =>
      walkOrders({ client, filters, call: options }).orders(),
    sync: (orderId: number, options?: CallOptions) => apiPromise(sync(orderId, options)),
    allowance: (operationId: OperationId) => rateLimiter.snapshot(operationId),
    // Most programs call by name.
    get paths() {
      return (paths ??= createPathsClient(callOperation));
    },
    close: async () => {
      if (options.rateLimiter === undefined) await rateLimiter.close();
    },
  });
  return client;
}

/** Each listener on its own: one that throws does not keep the event from the other. */
function both<Event>(first: Listener<Event>, second: Listener<Event>): Listener<Event> {
  return (event) => {
    notify(first, event);
    notify(second, event);
  };
}

type Listener<Event> = ((event: Event) => void) | undefined;

function withoutNothing(filters: OrderFilters): OrderFilters {
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** @throws {ConfigurationError} naming everything that cannot work */
function checkOptions(options: OrdersClientOptions, baseUrl: string): void {
  const { token, userAgent } = options;
  const faults = [
    ['API token', typeof token === 'function' ? undefined : tokenFault(token)],
    ['base URL', baseUrlFault(baseUrl)],
    ['user agent', userAgentFault(userAgent)],
    ...callLimitFaults(options).map(({ argument, fault }) => [argument, fault]),
  ].flatMap(([what, fault]) => (fault === undefined ? [] : [`The ${what} ${fault}.`]));
  if (faults.length > 0) throw new ConfigurationError(...faults);
}

/** Path of the orders in a list's answer. */
const ordersPath = 'data.data';

/** A page with what differs from the document beside it. */
function pageOf({ value, drift, dropped }: ReadBody<ListOrdersResponse>): OrdersPage {
  const orders = dropped.filter(({ path }) => path === ordersPath);
  return {
    ...value.data,
    hasNextPage: value.data.current_page < value.data.last_page,
    ...(drift.length === 0 ? {} : { drift }),
    ...(orders.length === 0 ? {} : { unreadable: orders.map(unreadableOrder) }),
  };
}

function unreadableOrder({ position, item, problem }: DroppedItem): UnreadableOrder {
  const number = isRecord(item) ? item['order_number'] : undefined;
  const isNamed = typeof number === 'string' || typeof number === 'number';
  return { position, problem, ...(isNamed ? { orderNumber: String(number) } : {}) };
}

/** Makes the promise that a caller gets of a whole answer. */
function apiPromise<Data>(call: Promise<WithResponse<Data>>): ApiPromise<Data> {
  const data = call.then((whole) => whole.data);
  return Object.assign(data, {
    withResponse: () => {
      // The caller takes a failure from the other promise; unhandled, this one would end the process.
      data.catch(() => undefined);
      return call;
    },
  });
}

/** Where a platform does not know `Symbol.asyncDispose`, compilers of `await using` look for this one. */
function asyncDisposeSymbol(): symbol {
  const native: unknown = Reflect.get(Symbol, 'asyncDispose');
  return typeof native === 'symbol' ? native : Symbol.for('Symbol.asyncDispose');
}

/** Lets `await using` close what has a `close`. */
function disposable<Closable extends { close(): Promise<void> }>(
  closable: Closable,
): Closable & AsyncDisposable {
  const symbol = asyncDisposeSymbol();
  Object.defineProperty(closable, symbol, { value: () => closable.close() });
  if (isDisposable(closable, symbol)) return closable;
  throw new TypeError('unreachable: the property was just defined');
}

function isDisposable<Value extends object>(value: Value, symbol: symbol): value is Value & AsyncDisposable {
  return symbol in value;
}
