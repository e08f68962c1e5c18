import createClient, { type Client } from 'openapi-fetch';
import type {
  ListOrdersRequest,
  OrderPage,
  paths,
  SyncOrderRequest,
  SyncOrderResponse,
} from './generated/schema.js';
import type { CallOptions, Send } from './send.js';

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
  let created: PathsClient | undefined;
  // When first used: it touches the global Request, which makes Node load its whole HTTP client.
  const client = (): PathsClient =>
    (created ??= createClient<paths>({
      baseUrl: baseUrl.href,
      fetch: (request) => send(request, { signal: request.signal }),
    }));
  return {
    get paths() {
      return client();
    },
    async listOrders(body, page, call) {
      const { data } = await client().POST('/services/webshop/v1/orders/all', {
        params: { query: { page } },
        body,
        fetch: (request) => send(request, call),
      });
      return answered(data).data;
    },
    async syncOrder(body, call) {
      const { data } = await client().POST('/services/webshop/v1/orders/sync-snelstart-order', {
        body,
        fetch: (request) => send(request, call),
      });
      return answered(data);
    },
  };
}

/** `send` throws unless there is a success to give back, which openapi-fetch's types cannot know. */
function answered<Data>(data: Data | undefined): Data {
  if (data === undefined) throw new TypeError('openapi-fetch gave back no data for a successful answer');
  return data;
}
