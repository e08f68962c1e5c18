import * as z from 'zod';
import type { Connection } from './connection.js';

/** One booking. */
export interface LedgerEntry {
  readonly id: number;
  readonly order_id: number;
  readonly token: string;
  /** RFC 3339, UTC. */
  readonly synced_at: string;
}

/**
 * Everything that reached the financial provider. The ledger merges and refuses nothing: an order that was
 * sent twice has two entries, which is how a test sees a double booking.
 */
export interface Ledger {
  append(orderId: number, token: string): void;
  /** Oldest first. */
  entries(): LedgerEntry[];
  count(): number;
  /** The newest entries, newest first. */
  latest(limit: number): LedgerEntry[];
}

const Row = z
  .object({ id: z.int(), order_id: z.int(), token: z.string(), synced_at: z.int() })
  .transform((row): LedgerEntry => ({ ...row, synced_at: new Date(row.synced_at).toISOString() }));

const Count = z.object({ count: z.int() });

export function createLedger(database: Connection, clock: () => number): Ledger {
  return {
    append(orderId, token) {
      database.run('INSERT INTO ledger (order_id, token, synced_at) VALUES (?, ?, ?)', [
        orderId,
        token,
        clock(),
      ]);
    },
    entries: () => database.all('SELECT id, order_id, token, synced_at FROM ledger ORDER BY id', [], Row),
    count: () => database.all('SELECT count(*) AS count FROM ledger', [], Count)[0]?.count ?? 0,
    latest: (limit) =>
      database.all(
        'SELECT id, order_id, token, synced_at FROM ledger ORDER BY id DESC LIMIT ?',
        [limit],
        Row,
      ),
  };
}
