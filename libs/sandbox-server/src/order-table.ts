import type { JSValue } from 'node-sqlite3-wasm';
import * as z from 'zod';
import type { Connection } from './connection.js';
import { columnOf } from './list-columns.js';
import { canBeFound, searchable } from './search-text.js';

/** What a list asks for. */
export interface OrderQuery {
  /** Values that fields must equal, by filter name. */
  readonly filters: Readonly<Record<string, string | number | boolean>>;
  readonly search: string | null;
  readonly sortKey: string;
  readonly sortOrder: 'asc' | 'desc';
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
  /** @throws {TypeError} for a filter or sort key without a column; ask `columnOf` first */
  list(query: OrderQuery): FoundOrders;
  has(id: number): boolean;
  /** Clears the order's `should_snelstart_sync`, so that later lists show the sync. */
  markSynced(id: number): void;
}

const Count = z.object({ count: z.int() });
const Body = z.object({ body: z.string().transform((json): unknown => JSON.parse(json)) });

export function createOrderTable(database: Connection): OrderTable {
  return {
    list({ filters, search, sortKey, sortOrder, page, perPage }) {
      const texts = [search, ...Object.values(filters)];
      if (!texts.every((text) => typeof text !== 'string' || canBeFound(text)))
        return { orders: [], total: 0 };

      const values: JSValue[] = [];
      const conditions = Object.entries(filters).map(([name, value]) => {
        values.push(typeof value === 'boolean' ? Number(value) : value);
        return `${requiredColumn(name)} = ?`;
      });
      if (search !== null) {
        values.push(searchable(search));
        conditions.push('instr(search_text, ?) > 0');
      }
      const where = conditions.join(' AND ') || 'TRUE';

      const [counted] = database.all(`SELECT count(*) AS count FROM orders WHERE ${where}`, values, Count);
      const total = counted?.count ?? 0;
      const offset = (page - 1) * perPage;
      if (offset >= total) return { orders: [], total };

      // The id breaks ties in the same direction, so that descending is ascending backwards.
      const rows = database.all(
        `SELECT body FROM orders WHERE ${where}
         ORDER BY ${requiredColumn(sortKey)} ${sortOrder}, id ${sortOrder} LIMIT ? OFFSET ?`,
        [...values, perPage, offset],
        Body,
      );
      return { orders: rows.map(({ body }) => body), total };
    },

    has: (id) =>
      database.all('SELECT count(*) AS count FROM orders WHERE id = ?', [id], Count)[0]?.count === 1,

    markSynced(id) {
      database.run(
        `UPDATE orders SET body = json_set(body, '$.should_snelstart_sync', json('false')) WHERE id = ?`,
        [id],
      );
    },
  };
}

function requiredColumn(name: string): string {
  const column = columnOf(name);
  if (column === undefined) throw new TypeError(`orders have no column for ${name}`);
  return column;
}
