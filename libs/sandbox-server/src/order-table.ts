import * as z from 'zod';
import type { OrderSortKey, SortOrder } from '@wemasy-orders/client/schemas';
import type { Connection } from './connection.js';
import { canBeFound, searchable } from './search-text.js';
import { createShortSearch, Group } from './short-search.js';

/** What a list asks for; null stands for "not asked". */
export interface OrderQuery {
  readonly status: string | null;
  readonly type: string | null;
  readonly search: string | null;
  readonly sortKey: z.infer<typeof OrderSortKey>;
  readonly sortOrder: z.infer<typeof SortOrder>;
  readonly page: number;
  readonly perPage: number;
}

export interface FoundOrders {
  /** One page, each order as the API shows it. */
  readonly orders: readonly unknown[];
  /** How many match over all pages. */
  readonly total: number;
}

export interface OrderTable {
  list(query: OrderQuery): FoundOrders;
  has(id: number): boolean;
  /** Makes a sync visible in later lists: the order should no longer be synced. */
  markSynced(id: number): void;
}

/** FTS5's trigram index finds nothing shorter. */
const shortestIndexedSearch = 3;

/** Looking an order up costs about so many times what passing it in an index or a scan does. */
const lookupCost = 4;

/** How many searches' counts are kept. */
const rememberedSearches = 1_000;

const Count = z.object({ count: z.int() });
const Id = z.object({ id: z.int() });
const Body = z.object({ body: z.instanceof(Uint8Array) });

/** What is remembered of a search: no order comes, goes or changes in what it is found by. */
interface Counted {
  readonly groups: Group[];
  /** Which orders a short search finds, when they are few. */
  readonly ids: readonly number[] | null;
}

export function createOrderTable(database: Connection): OrderTable {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  const counted = new Map<string, Counted>();
  const searchShort = createShortSearch(database);
  const shopSize = database.all('SELECT count(*) AS count FROM orders', [], Count)[0]?.count ?? 0;
  const everyOrder = countGroups(null);

  function body(id: number): unknown {
    const [row] = database.all('SELECT body FROM order_bodies WHERE id = ?', [id], Body);
    return row && JSON.parse(decoder.decode(row.body));
  }

  function countGroups(search: string | null): Group[] {
    const rare = isIndexed(search) && countIndexed(search) * lookupCost < shopSize;
    const { sql, values } = matching({ status: null, type: null, search }, rare ? searchIndex : 'orders');
    return database.all(
      `SELECT orders.status AS status, orders.type AS type, count(*) AS count FROM ${sql} GROUP BY 1, 2`,
      values,
      Group,
    );
  }

  function countIndexed(search: string): number {
    const sql = 'SELECT count(*) AS count FROM order_search WHERE order_search MATCH ?';
    const [row] = database.all(sql, [phrase(search)], Count);
    return row?.count ?? 0;
  }

  /** How many orders a search finds of each status and type. */
  function countedOf(search: string | null): Counted {
    if (search === null) return { groups: everyOrder, ids: null };
    const known = counted.get(search);
    if (known !== undefined) return known;
    const found = isIndexed(search) ? { groups: countGroups(search), ids: null } : searchShort(search);
    if (counted.size >= rememberedSearches) counted.clear();
    counted.set(search, found);
    return found;
  }

  /**
   * Where a page is found soonest: SQLite's planner is told, since it cannot know how common a text is.
   *
   * @param counted what the search finds, whatever the status and type
   * @param total how many match in all
   */
  function sourceOf(query: OrderQuery, { groups, ids }: Counted, total: number): string {
    const { search, status, sortKey, page, perPage } = query;
    const sorted = sortKey === 'created_at' && status !== null ? 'orders_of_status' : `orders_by_${sortKey}`;
    const walkSorted = `orders INDEXED BY ${sorted}`;
    if (search === null) return walkSorted;

    const found = sum(groups);
    const filtered = sum(everyOrder.filter((group) => matches(group, query)));
    const walked = Math.min((page * perPage) / total, 1);
    const costs = [
      // In the order asked for, until the page is full: soon, if many match.
      { source: walkSorted, cost: walked * (shopSize + filtered * lookupCost) },
      // Every order that passes the filters, then sort.
      status === null
        ? { source: 'orders NOT INDEXED', cost: shopSize }
        : { source: 'orders INDEXED BY orders_of_status', cost: filtered * lookupCost },
      // Every order that the search finds, then sort.
      ...(isIndexed(search) ? [{ source: searchIndex, cost: found * lookupCost }] : []),
      ...(ids === null ? [] : [{ source: foundIds, cost: found * lookupCost }]),
    ];
    return costs.reduce((best, other) => (other.cost < best.cost ? other : best)).source;
  }

  return {
    list(asked) {
      const search = asked.search === null ? null : searchable(asked.search);
      const query = { ...asked, search };
      if (![query.status, query.type, search].every(canBeFound)) return { orders: [], total: 0 };

      const found = countedOf(search);
      const total = sum(found.groups.filter((group) => matches(group, query)));
      const offset = (query.page - 1) * query.perPage;
      if (offset >= total) return { orders: [], total };

      const { sql, values } = matching(query, sourceOf(query, found, total), found.ids);
      // The id breaks ties in the same direction, so that descending is ascending backwards.
      const ids = database.all(
        `SELECT orders.id AS id FROM ${sql}
         ORDER BY orders.${query.sortKey} ${query.sortOrder}, orders.id ${query.sortOrder} LIMIT ? OFFSET ?`,
        [...values, query.perPage, offset],
        Id,
      );
      return { orders: ids.map(({ id }) => body(id)), total };
    },

    has: (id) => database.all('SELECT id FROM orders WHERE id = ?', [id], Id).length > 0,

    markSynced(id) {
      // A record keeps the order of the fields.
      const order = z.record(z.string(), z.unknown()).parse(body(id));
      const synced = JSON.stringify({ ...order, should_snelstart_sync: false });
      database.run('UPDATE order_bodies SET body = ? WHERE id = ?', [encoder.encode(synced), id]);
    },
  };
}

type Filters = Pick<OrderQuery, 'status' | 'type' | 'search'>;

/** The orders themselves, when it is known which they are. */
const foundIds = 'json_each(?) AS found CROSS JOIN orders ON orders.id = found.value';
const searchIndex = 'order_search CROSS JOIN orders ON orders.id = order_search.rowid';

/** The part of a query after FROM. Every text is a value, so that `%`, `_` and `"` are themselves. */
function matching(
  { status, type, search }: Filters,
  source: string,
  ids: readonly number[] | null = null,
): { sql: string; values: string[] } {
  const conditions: [sql: string, value: string][] = [];
  if (search !== null && source !== foundIds) {
    conditions.push(
      source === searchIndex
        ? ['order_search MATCH ?', phrase(search)]
        : ['instr(orders.search_text, ?) > 0', search],
    );
  }
  if (status !== null) conditions.push(['orders.status = ?', status]);
  if (type !== null) conditions.push(['orders.type = ?', type]);
  const where = conditions.map(([sql]) => sql).join(' AND ') || 'TRUE';
  return {
    sql: `${source} WHERE ${where}`,
    values: [...(source === foundIds ? [JSON.stringify(ids)] : []), ...conditions.map(([, value]) => value)],
  };
}

function matches(group: Group, { status, type }: Filters): boolean {
  return (status === null || group.status === status) && (type === null || group.type === type);
}

function sum(groups: readonly Group[]): number {
  return groups.reduce((total, { count }) => total + count, 0);
}

/** FTS5's way to write a text that is to be found as it is. */
function phrase(search: string): string {
  return `"${search.replaceAll('"', '""')}"`;
}

function isIndexed(search: string | null): search is string {
  return search !== null && [...search].length >= shortestIndexedSearch;
}
