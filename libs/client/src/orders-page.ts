import * as z from 'zod';
import type { OrdersPage, UnreadableOrder } from './drift.js';
import type { ListOrdersResponse } from './generated/schema.js';
import type { DroppedItem, ReadBody } from './read-body.js';

/** Path of the orders in a list's answer. */
const ordersPath = 'data.data';

/** A page with what differs from the document beside it. */
export function pageOf({ value, drift, dropped }: ReadBody<ListOrdersResponse>): OrdersPage {
  const orders = dropped.filter(({ path }) => path === ordersPath);
  return {
    ...value.data,
    hasNextPage: value.data.current_page < value.data.last_page,
    ...(drift.length === 0 ? {} : { drift }),
    ...(orders.length === 0 ? {} : { unreadable: orders.map(unreadableOrder) }),
  };
}

const numbered = z.object({ order_number: z.union([z.string(), z.number()]) });

function unreadableOrder({ position, item, problem }: DroppedItem): UnreadableOrder {
  const { data } = numbered.safeParse(item, { jitless: true });
  return { position, problem, ...(data === undefined ? {} : { orderNumber: String(data.order_number) }) };
}
