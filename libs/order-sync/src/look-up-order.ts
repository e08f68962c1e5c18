import { type Order, type OrderFilters, type OrdersLister, walkOrders } from '@wemasy-orders/client';
import type { Clock } from '@wemasy-orders/state';

/** What the API says about an order that may show whether it was sent; no personal data. */
export interface OrderFacts {
  readonly id: number;
  readonly order_number: string | null;
  /** In the shop's local time, as the API writes it. */
  readonly date: string | null;
  readonly status: string | null;
  readonly payment_status: string | null;
  readonly invoice_id: string | null;
  /**
   * As the API gives it. The vendor documents neither its meaning nor whether sending an order changes it, so it proves
   * nothing.
   */
  readonly should_snelstart_sync: boolean | null;
}

/** One search for the order. */
export interface Look {
  /** `search`: a search for the id, which is not a documented search field; `newest`: the newest orders of all. */
  readonly by: 'search' | 'newest';
  /** How many orders were read. */
  readonly orders: number;
  /** How many there were in all, as the API counts them. */
  readonly of: number;
}

/** An order as the API lists it now. */
export interface OrderLookup {
  /** Absent when it was not among the orders that were read; it may exist all the same. */
  readonly order?: OrderFacts;
  /** The searches that were made until the order was found. */
  readonly looks: readonly Look[];
  /** ISO 8601 in UTC. */
  readonly askedAt: string;
}

const newestFirst: OrderFilters = { sortKey: 'created_at', sortOrder: 'desc' };

/** Few pages: each costs a permit, and most look-ups are for recent orders. */
const ways: readonly {
  readonly by: Look['by'];
  readonly filters: (orderId: number) => OrderFilters;
  readonly pages: number;
}[] = [
  { by: 'search', filters: (orderId) => ({ search_query: String(orderId), ...newestFirst }), pages: 1 },
  { by: 'newest', filters: () => newestFirst, pages: 3 },
];

/**
 * Looks an order up. The API has no call for a single order, so this searches for its id, then reads the newest orders.
 *
 * @throws {OrdersError} the client's
 */
export async function lookUpOrder(
  client: OrdersLister,
  orderId: number,
  { signal, clock }: { readonly signal: AbortSignal | undefined; readonly clock: Clock },
): Promise<OrderLookup> {
  const askedAt = new Date(clock.now()).toISOString();
  const looks: Look[] = [];
  for (const { by, filters, pages } of ways) {
    let order: Order | undefined;
    const walk = walkOrders({ client, filters: filters(orderId), call: { signal } });
    for await (const step of walk) {
      order = step.orders.find(({ id }) => id === orderId);
      if (order !== undefined || step.page >= pages) break;
    }
    const { read, counted = read } = walk.facts();
    looks.push({ by, orders: read, of: counted });
    if (order !== undefined) return { order: factsOf(order), looks, askedAt };
  }
  return { looks, askedAt };
}

function factsOf(order: Order): OrderFacts {
  return {
    id: order.id,
    order_number: order.order_number ?? null,
    date: order.date ?? null,
    status: order.status ?? null,
    payment_status: order.payment_status ?? null,
    invoice_id: order.invoice_id ?? null,
    should_snelstart_sync: order.should_snelstart_sync ?? null,
  };
}
