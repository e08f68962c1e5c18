import type { OrdersPage, UnreadableOrder } from './drift.js';
import type { ListOrdersResponse } from './generated/schema.js';
import type { DroppedItem, ReadBody } from './read-body.js';
import { isRecord } from './shape.js';

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

function unreadableOrder({ position, item, problem }: DroppedItem): UnreadableOrder {
  const number = isRecord(item) ? item['order_number'] : undefined;
  const isNamed = typeof number === 'string' || typeof number === 'number';
  return { position, problem, ...(isNamed ? { orderNumber: String(number) } : {}) };
}
