import createClient, { type Client } from 'openapi-fetch';
import * as z from 'zod';
import type { Success } from './attempt.js';
import type { OrdersPage, UnreadableOrder } from './drift.js';
import { ConfigurationError } from './errors.js';
import { type Operation, operations } from './generated/operations.js';
import type {
  ListOrdersRequest,
  ListOrdersResponse,
  paths,
  SyncOrderRequest,
  SyncOrderResponse,
} from './generated/schema.js';
import { operationOf } from './operations.js';
import type { DroppedItem, ReadBody } from './read-body.js';
import type { Send } from './send.js';
import type { CallOptions, OutgoingRequest } from './types.js';

/**
 * The typed openapi-fetch client of every path that the document describes. Calls are paced, timed and checked like
 * those of the facade; where openapi-fetch would give back an `error`, this one throws an `OrdersError`.
 */
export type PathsClient = Client<paths>;

/** The operations as plain functions. This is the only file that knows openapi-fetch. */
export interface Transport {
  readonly paths: PathsClient;
  listOrders(body: ListOrdersRequest, page: number, call: CallOptions): Promise<OrdersPage>;
  syncOrder(body: SyncOrderRequest, call: CallOptions): Promise<SyncOrderResponse>;
}

export function createTransport(baseUrl: URL, send: Send): Transport {
  const base = baseUrl.href.replace(/\/$/, '');
  const requestOf = <Of extends Operation>(
    operation: Of,
    body: object,
    query?: URLSearchParams,
  ): OutgoingRequest<Of> => ({
    operation,
    url: `${base}${operation.path}${query === undefined ? '' : `?${query}`}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  let created: PathsClient | undefined;
  return {
    // Created at first use: it needs the global Request, for which Node loads an HTTP client that the operations do not need.
    get paths() {
      return (created ??= createClient<paths>({
        baseUrl: baseUrl.href,
        fetch: async (request) => {
          const success = await send(await outgoingOf(request, baseUrl), { signal: request.signal });
          return responseOf(success);
        },
      }));
    },
    async listOrders(body, page, call) {
      const query = new URLSearchParams({ page: String(page) });
      const success = await send(requestOf(operations.listOrders, body, query), call);
      return pageOf(success.read);
    },
    async syncOrder(body, call) {
      const success = await send(requestOf(operations.syncOrder, body), call);
      return success.read.value;
    },
  };
}

/** @throws {ConfigurationError} when the document does not know the requested operation */
async function outgoingOf(request: Request, baseUrl: URL): Promise<OutgoingRequest> {
  const url = new URL(request.url);
  const base = baseUrl.pathname.replace(/\/$/, '');
  const operation =
    url.origin === baseUrl.origin && url.pathname.startsWith(base)
      ? operationOf(request.method, url.pathname.slice(base.length))
      : undefined;
  if (operation === undefined) {
    throw new ConfigurationError(
      `${request.method} ${url.origin}${url.pathname} is not an operation of the API.`,
    );
  }
  return {
    operation,
    url: request.url,
    headers: Object.fromEntries(request.headers),
    // A body can be read only once, and an attempt may be repeated.
    body: request.body === null ? null : await request.text(),
  };
}

/** Path of the orders in a list's answer. */
const ordersPath = 'data.data';

/** A page with what differs from the document beside it. */
function pageOf({ value, drift, dropped }: ReadBody<ListOrdersResponse>): OrdersPage {
  const orders = dropped.filter(({ path }) => path === ordersPath);
  return {
    ...value.data,
    ...(drift.length === 0 ? {} : { drift }),
    ...(orders.length === 0 ? {} : { unreadable: orders.map(unreadableOrder) }),
  };
}

const numbered = z.object({ order_number: z.union([z.string(), z.number()]) });

function unreadableOrder({ position, item, problem }: DroppedItem): UnreadableOrder {
  const { data } = numbered.safeParse(item, { jitless: true });
  return { position, problem, ...(data === undefined ? {} : { orderNumber: String(data.order_number) }) };
}

/** A success as openapi-fetch takes it: as it was read, so the headers that describe the original body go. */
function responseOf({ answer: { status, headers, text }, read }: Success): Response {
  const plain = new Headers([...headers]);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) plain.delete(name);
  const body = read.value === undefined ? text || null : JSON.stringify(read.value);
  return new Response(body, { status, headers: plain });
}
