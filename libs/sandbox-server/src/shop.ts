import type { Connection } from './connection.js';
import { fieldColumn, listedFields } from './list-columns.js';
import { inventOrders } from './orders.js';
import { searchText } from './search-text.js';

/** Marks a file as a sandbox's (SQLite's `application_id`): the letters "WSbx". */
export const applicationId = 0x57536278;
/** SQLite's `user_version`: raise it with every change to the tables or to the invented orders. */
export const schemaVersion = 2;

export const defaultOrders = 500;
export const defaultSeed = 1;

export interface ShopOptions {
  /** How many orders. */
  readonly orders?: number | undefined;
  /** Which orders. */
  readonly seed?: number | undefined;
}

/** The columns that follow from the document; a file with other ones is another version's. */
export const columnList = listedFields.join();

/** Makes the tables of an empty database and fills them with a shop's orders. */
export function createShop(database: Connection, shop: ShopOptions): void {
  const { orders = defaultOrders, seed = defaultSeed } = shop;
  database.transaction(() => {
    database.exec(`
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${schemaVersion};

      CREATE TABLE shop (orders INTEGER NOT NULL, seed INTEGER NOT NULL, columns TEXT NOT NULL) STRICT;

      -- placed_at: milliseconds of the shop's wall clock; amount: hundred-thousandths, exact;
      -- body: what the API shows, as JSON.
      CREATE TABLE orders (
        id INTEGER PRIMARY KEY,
        placed_at INTEGER,
        amount INTEGER,
        ${listedFields.map((field) => `${fieldColumn(field)} ANY AS (body ->> '$."${field}"') STORED,`).join('\n')}
        search_text TEXT NOT NULL,
        body TEXT NOT NULL
      ) STRICT;

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
    database.run('INSERT INTO shop VALUES (?, ?, ?)', [orders, seed, columnList]);
    for (const { order, placedAt } of inventOrders(orders, seed)) {
      database.run('INSERT INTO orders (id, placed_at, amount, search_text, body) VALUES (?, ?, ?, ?, ?)', [
        order.id,
        placedAt,
        order.total == null ? null : hundredThousandths(order.total),
        searchText(order),
        JSON.stringify(order),
      ]);
    }
  });
}

/** A decimal amount as a whole number of its fifth decimal, which sorts exactly. */
function hundredThousandths(amount: string): number {
  const [whole = '', fraction = ''] = amount.split('.');
  return Number(whole + fraction.padEnd(5, '0'));
}
