import createClient, { type Client } from 'openapi-fetch';
import type { Answer } from './answer.js';
import { ConfigurationError } from './errors.js';
import { type Operation, operations } from './generated/operations.js';
import type {
  ListOrdersRequest,
  OrderPage,
  paths,
  SyncOrderRequest,
  SyncOrderResponse,
} from './generated/schema.js';
import { operationOf } from './operations.js';
import type { CallOptions, OutgoingRequest, Send } from './send.js';

/**
 * The typed openapi-fetch client of every path that the document describes. Calls are paced, timed and checked like
 * those of the facade; where openapi-fetch would give back an `error`, this one throws an `OrdersError`.
 */
export type PathsClient = Client<paths>;

/** The operations as plain functions. This is the only file that knows openapi-fetch. */
export interface Transport {
  readonly paths: PathsClient;
  listOrders(body: ListOrdersRequest, page: number, call: CallOptions): Promise<OrderPage>;
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
    // When first used, as it needs the global Request: Node then loads an HTTP client that the two operations do without.
    get paths() {
      return (created ??= createClient<paths>({
        baseUrl: baseUrl.href,
        fetch: async (request) => {
          const { answer } = await send(await outgoingOf(request, baseUrl), { signal: request.signal });
          return responseOf(answer);
        },
      }));
    },
    async listOrders(body, page, call) {
      const query = new URLSearchParams({ page: String(page) });
      const success = await send(requestOf(operations.listOrders, body, query), call);
      return success.body.data;
    },
    async syncOrder(body, call) {
      const success = await send(requestOf(operations.syncOrder, body), call);
      return success.body;
    },
  };
}

/** @throws {ConfigurationError} when the request is for something that the document does not know */
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
    // It can be read once, and an attempt may be repeated.
    body: request.body === null ? null : await request.text(),
  };
}

/** The answer as openapi-fetch takes it: already decoded, so the headers that describe its encoding go. */
function responseOf({ status, headers, text }: Answer): Response {
  const plain = new Headers([...headers]);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) plain.delete(name);
  return new Response(text, { status, headers: plain });
}
