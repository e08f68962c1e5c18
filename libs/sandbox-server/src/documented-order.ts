import { documentedAnswers } from '@wemasy-orders/client/examples';
import * as z from 'zod';
import { DatedOrder } from './order.js';
import { placedAtOf } from './shop-date.js';

const ShownPage = z.object({ data: z.object({ data: z.tuple([DatedOrder], z.unknown()) }) });

/** The first order of the vendor's response example. */
export const documentedOrder = readExample();

/** `date` of the documented order as milliseconds of the shop's wall clock, counted as if it were UTC. */
export const documentedOrderDate = placedAtOf(documentedOrder.date);

function readExample() {
  const { data, error } = ShownPage.safeParse(documentedAnswers['listOrders']?.body);
  if (data !== undefined) return data.data.data[0];
  throw new TypeError(`the example of listOrders shows no order with date and number: ${error.message}`);
}
