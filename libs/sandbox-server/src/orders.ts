import { faker } from '@faker-js/faker/locale/nl';
import { inventCustomer } from './customers.js';
import { documentedOrder, documentedOrderDate } from './documented-order.js';
import { bareOrder, documented, inventOrder, isInvoiced, pickStatus } from './invented-order.js';
import type { Order } from './order.js';
import { int } from './random.js';

/** An order as the API shows it, and its date in a form that sorts. */
export interface PlacedOrder {
  readonly order: Order;
  /** Milliseconds of the shop's wall clock, counted as if it were UTC; null where the order has no date. */
  readonly placedAt: number | null;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** The documented order has number 8 and invoice 5, so the shop had seven orders before it. */
const documentedNumber = Number(documentedOrder.order_number);
const invoicesBeforeDocumented = 4;

/** The order whose every field but the id is null. */
const bareOrderNumber = 13;

/** Ids grow faster than order numbers, as on a platform whose shops share one sequence. */
const largestIdStep = 9;

/**
 * The shop's orders, oldest first. The same count and seed give the same orders, to the byte, on every
 * machine and day, whatever fields the document gains: dates are counted back from a moment that only the
 * seed decides. The documented order is always one of them, under its documented id and number.
 *
 * @param count how many orders; 0 gives an empty shop
 */
export function inventOrders(count: number, seed: number): PlacedOrder[] {
  // Fields that the document gained are drawn last, so that they change nothing else.
  return [...inventFacts(count, seed)].map(({ order, placedAt }) => ({
    order: order === documentedOrder ? documentedOrder : documented(order),
    placedAt,
  }));
}

function* inventFacts(
  count: number,
  seed: number,
): Generator<{ readonly order: object; readonly placedAt: number | null }> {
  if (count === 0) return;
  faker.seed(seed);
  // Customers come back, and a pool is faster than a new person for every order.
  const poolSize = Math.min(Math.max(Math.ceil(count / 4), 40), 2_500);
  const customers = Array.from({ length: poolSize }, (_, index) => inventCustomer(index));

  const before = Math.min(documentedNumber - 1, count - 1);
  const idsBefore: number[] = [];
  let id = documentedOrder.id;
  while (idsBefore.length < before) idsBefore.unshift((id -= int(1, largestIdStep)));
  for (const [index, idBefore] of idsBefore.entries()) {
    const back = before - index;
    const invoice = invoicesBeforeDocumented + 1 - back;
    const placedAt = wholeMinute(documentedOrderDate - back * day - int(0, 600) * minute);
    const order = inventOrder({
      id: idBefore,
      number: documentedNumber - back,
      status: invoice > 0 ? 'completed' : 'cancelled',
      invoice: invoice > 0 ? invoice : null,
      placedAt,
      customers,
    });
    yield { order, placedAt };
  }

  yield { order: documentedOrder, placedAt: documentedOrderDate };

  const after = count - 1 - before;
  const latest = Date.UTC(2026, 10, 2, 9, 0) + int(0, 14 * 24 * 60) * minute;
  const gap = (latest - documentedOrderDate) / after;
  let invoices = invoicesBeforeDocumented + 1;
  id = documentedOrder.id;
  for (let back = after - 1; back >= 0; back -= 1) {
    id += int(1, largestIdStep);
    const number = documentedNumber + after - back;
    if (number === bareOrderNumber) {
      yield { order: bareOrder(id), placedAt: null };
      continue;
    }
    const status = pickStatus();
    const invoice = isInvoiced(status) ? (invoices += 1) : null;
    const placedAt = wholeMinute(latest - (back + faker.number.float()) * gap);
    yield { order: inventOrder({ id, number, status, invoice, placedAt, customers }), placedAt };
  }
}

function wholeMinute(moment: number): number {
  return Math.floor(moment / minute) * minute;
}
