import type { OrderFilters, OrdersClient } from '@wemasy-orders/client';
import { type Cell, type Column, columnsFor, type PersonalData } from '@wemasy-orders/presentation';
import { type Drift, readPages } from './read-pages.js';

/** An order that the shop flagged for bookkeeping, and the cells that show it. */
export interface DueOrder {
  readonly id: number;
  readonly cells: readonly Cell[];
}

export interface DueOrders {
  readonly columns: readonly string[];
  readonly orders: readonly DueOrder[];
  /** How many orders were read. */
  readonly lookedAt: number;
  readonly drift: Drift;
}

const shownColumns = ['id', 'order_number', 'date', 'status', 'total', 'customer'];

export interface FindDueOrdersOptions {
  readonly client: Pick<OrdersClient, 'listAll'>;
  readonly filters: OrderFilters;
  readonly personalData: PersonalData;
  readonly call: Parameters<OrdersClient['listAll']>[1];
}

/**
 * Finds the orders that are flagged to be sent (`should_snelstart_sync`). The API cannot filter by the flag, so all pages
 * are read; that happens before the first order is sent, since sending may take orders out of the filter's sight.
 *
 * @throws {OrdersError} the client's
 */
export async function findDueOrders(options: FindDueOrdersOptions): Promise<DueOrders> {
  const { client, filters, personalData, call } = options;
  const all = columnsFor(personalData);
  const columns = shownColumns.flatMap((name): Column[] => all.filter((column) => column.name === name));
  const found = new Map<number, DueOrder>();
  let lookedAt = 0;
  const pages = readPages({ client, filters, call });
  for (;;) {
    const next = await pages.next();
    if (next.done === true) {
      return {
        columns: columns.map(({ name }) => name),
        orders: [...found.values()],
        lookedAt,
        drift: next.value,
      };
    }
    const { orders } = next.value;
    lookedAt += orders.length;
    for (const order of orders) {
      if (order.should_snelstart_sync !== true) continue;
      found.set(order.id, { id: order.id, cells: columns.map((column) => column.cellOf(order)) });
    }
  }
}
