import { OrderSortKey } from '@wemasy-orders/client/schemas';
import type { Connection } from './connection.js';
import { inventOrders } from './orders.js';
import { searchText } from './search-text.js';

/** Marks a file as a sandbox's (SQLite's `application_id`): the letters "WSbx". */
export const applicationId = 0x57536278;
/** SQLite's `user_version`: raised with every change to the tables or to the invented orders. */
export const schemaVersion = 1;

export const defaultOrders = 500;
export const defaultSeed = 1;

export interface ShopOptions {
  /** How many orders. */
  readonly orders?: number | undefined;
  /** Which orders. */
  readonly seed?: number | undefined;
}

/** Makes the tables of an empty database and fills them with a shop's orders. */
export function createShop(database: Connection, shop: ShopOptions): void {
  const { orders = defaultOrders, seed = defaultSeed } = shop;
  database.transaction(() => {
    database.exec(`
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${schemaVersion};

      CREATE TABLE shop (orders INTEGER NOT NULL, seed INTEGER NOT NULL) STRICT;

      -- What orders are found and sorted by; the sortable columns bear the names of the sort keys.
      -- created_at: milliseconds of the shop's wall clock; total_amount: hundred-thousandths, exact.
      CREATE TABLE orders (
        id INTEGER PRIMARY KEY,
        created_at INTEGER,
        order_number TEXT,
        status TEXT,
        total_amount INTEGER,
        payment_method TEXT,
        invoice_id TEXT,
        type TEXT,
        search_text TEXT NOT NULL
      ) STRICT;

      -- What the API shows, apart, so that finding an order reads none of it.
      CREATE TABLE order_bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

      CREATE VIRTUAL TABLE order_search USING fts5(
        search_text, content = '', columnsize = 0, tokenize = 'trigram case_sensitive 1'
      );

      CREATE TABLE ledger (
        id INTEGER PRIMARY KEY,
        order_id INTEGER NOT NULL REFERENCES orders (id),
        token TEXT NOT NULL,
        synced_at INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE throttle_windows (
        token TEXT NOT NULL,
        operation TEXT NOT NULL,
        hits INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        PRIMARY KEY (token, operation)
      ) STRICT, WITHOUT ROWID;
    `);
    database.run('INSERT INTO shop VALUES (?, ?)', [orders, seed]);
    insertOrders(database, orders, seed);
    // After the rows: one sort an index instead of a search an order.
    database.exec(`
      -- Room for the whole index in memory: written in one piece it is built, and read, twice as fast.
      INSERT INTO order_search (order_search, rank) VALUES ('hashsize', 268435456);
      INSERT INTO order_search (rowid, search_text) SELECT id, search_text FROM orders;
      CREATE INDEX orders_of_status ON orders (status, created_at, id, type);
      ${OrderSortKey.options
        .map(
          (key) =>
            `CREATE INDEX orders_by_${key} ON orders (${[...new Set([key, 'id', 'status', 'type'])].join(', ')});`,
        )
        .join('\n')}
    `);
  });
}

function insertOrders(database: Connection, count: number, seed: number): void {
  const encoder = new TextEncoder();
  for (const { order, placedAt } of inventOrders(count, seed)) {
    database.run('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', [
      order.id,
      placedAt,
      order.order_number ?? null,
      order.status ?? null,
      order.total == null ? null : hundredThousandths(order.total),
      order.payment_method ?? null,
      order.invoice_id ?? null,
      order.type ?? null,
      searchText(order),
    ]);
    // As bytes: this SQLite build copies text into its memory one character at a time.
    database.run('INSERT INTO order_bodies VALUES (?, ?)', [order.id, encoder.encode(JSON.stringify(order))]);
  }
}

/** A decimal amount as a whole number of its fifth decimal, which sorts exactly. */
function hundredThousandths(amount: string): number {
  const [whole = '', fraction = ''] = amount.split('.');
  return Number(whole + fraction.padEnd(5, '0'));
}
