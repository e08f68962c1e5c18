import type { OrderFilters, OrdersClient, WalkOptions } from '@wemasy-orders/client';
import {
  type Cell,
  cleanText,
  type Column,
  columnsFor,
  type PersonalData,
  showsField,
} from '@wemasy-orders/presentation';
import { type ReadingFacts, readOrders } from './reading.js';

/**
 * Statuses of orders that were paid, so that a bookkeeper expects them in the books; a refund is a booking of its own. An
 * order of any other status, also of one that this version does not know, is sent only when asked for.
 */
const bookableStatuses: ReadonlySet<string> = new Set([
  'payment_received',
  'paid',
  'completed',
  'refunding',
  'refunded',
]);

/** Which of the flagged orders to send. */
export type StatusChoice = 'bookable' | 'every' | ReadonlySet<string>;

/** An order that the shop flagged for bookkeeping, and the cells that show it. */
export interface DueOrder {
  readonly id: number;
  /** Cleaned; `no status` where it has none. */
  readonly status: string;
  readonly cells: readonly Cell[];
}

export interface DueOrders {
  readonly columns: readonly string[];
  /** To be sent. */
  readonly orders: readonly DueOrder[];
  /** Flagged, but not of a chosen status. */
  readonly leftOut: readonly DueOrder[];
  readonly facts: ReadingFacts;
  /** The facts for people; one line each. */
  readonly readingText: readonly string[];
}

const shownColumns = ['id', 'order_number', 'date', 'status', 'total', 'customer'];

export interface FindDueOrdersOptions {
  readonly client: Pick<OrdersClient, 'list'>;
  readonly filters: OrderFilters;
  readonly statuses: StatusChoice;
  readonly personalData: PersonalData;
  readonly call: WalkOptions['call'];
}

/**
 * Finds the orders that are flagged to be sent (`should_snelstart_sync`). The API cannot filter by the flag, so all pages
 * are read, and all of them before the first order is sent: sending may change what the filters match.
 *
 * @throws {OrdersError} the client's
 */
export async function findDueOrders(options: FindDueOrdersOptions): Promise<DueOrders> {
  const { client, filters, statuses, personalData, call } = options;
  const all = columnsFor(personalData);
  const columns = shownColumns.flatMap((name): Column[] => all.filter((column) => column.name === name));
  const orders: DueOrder[] = [];
  const leftOut: DueOrder[] = [];
  const hasStatuses = showsField('status', personalData);
  const reading = readOrders({ client, filters, call }, personalData);
  for await (const page of reading.pages) {
    for (const order of page) {
      if (order.should_snelstart_sync !== true) continue;
      const { id, status } = order;
      const cells = columns.map((column) => column.cellOf(order));
      const target = isChosen(statuses, status ?? '') ? orders : leftOut;
      const shown = hasStatuses ? cleanText(status ?? '') || 'no status' : 'status not shown';
      target.push({ id, status: shown, cells });
    }
  }
  return {
    columns: columns.map(({ name }) => name),
    orders,
    leftOut,
    facts: reading.facts(),
    readingText: reading.text(),
  };
}

function isChosen(statuses: StatusChoice, status: string): boolean {
  if (statuses === 'every') return true;
  return (statuses === 'bookable' ? bookableStatuses : statuses).has(status);
}

/** `7 paid, 2 completed`, the most frequent first. */
export function countsByStatus(orders: readonly Pick<DueOrder, 'status'>[]): string {
  const counts = new Map<string, number>();
  for (const { status } of orders) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}
