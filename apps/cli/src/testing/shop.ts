import type { ServerResponse } from 'node:http';
import {
  orderPage,
  sendJson,
  type SentOrder,
  startUpstream,
  type Upstream,
} from '@wemasy-orders/client/testing';
import { onTestFinished } from 'vitest';

const token = 'canary-token-5f2a';

/** An API for one test. */
export interface Shop extends Upstream {
  readonly environment: Readonly<Record<string, string>>;
}

/** What the API answers. */
export interface ShopOptions {
  readonly list: (asked: { readonly page: number; readonly perPage: number }) => Answer;
  /** Default: a success. */
  readonly sync?: (orderId: number) => Answer;
  /** Default: any free one. */
  readonly port?: number;
}

/** A body that is a string is sent as it is, any other as JSON. */
export type Answer = readonly [status: number, body: unknown];

const booked: Answer = [200, { error: false, message: 'booked', data: [] }];

/** Starts an API that answers as the test says, and stops it after the test. */
export async function startShop({ list, sync = () => booked, port }: ShopOptions): Promise<Shop> {
  const upstream = await startUpstream(({ url, body }, response) => {
    const sent: { per_page?: number; order_id?: number } = JSON.parse(body === '' ? '{}' : body);
    if (url.includes('sync-snelstart-order')) {
      send(response, sync(sent.order_id ?? 0));
      return;
    }
    const page = Number(new URL(url, 'http://x').searchParams.get('page'));
    send(response, list({ page, perPage: sent.per_page ?? 10 }));
  }, port);
  let isOpen = true;
  const close = async () => {
    if (isOpen) await upstream.close();
    isOpen = false;
  };
  onTestFinished(close);
  return {
    ...upstream,
    close,
    environment: {
      WEMASY_API_URL: upstream.url,
      WEMASY_API_TOKEN: token,
      // No test waits for a window to end.
      WEMASY_RATE_LIMITS: 'listOrders=1000/60,syncOrder=1000/60',
    },
  };
}

function send(response: ServerResponse, [status, body]: Answer): void {
  if (typeof body !== 'string') sendJson(response, status, body);
  else response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** Pages of a shop whose orders do not change. */
export function pagesOf(orders: readonly SentOrder[]): ShopOptions['list'] {
  return ({ page, perPage }) => {
    const shown = orders.slice((page - 1) * perPage, page * perPage);
    return [200, orderPage(shown, { page, perPage, total: orders.length })];
  };
}

/** Pages as written: each has these orders, whatever is asked for. */
export function scripted(
  pages: readonly (readonly SentOrder[])[],
  { total, perPage = 3 }: { readonly total: number; readonly perPage?: number },
): ShopOptions['list'] {
  return ({ page }) => {
    const { data, ...rest } = orderPage(pages[page - 1] ?? [], { page, perPage, total });
    return [200, { ...rest, data: { ...data, last_page: pages.length } }];
  };
}
