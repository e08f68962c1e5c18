import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { claimFile } from './file-claim.js';
import { type Connection, connect } from './connection.js';
import { applicationId, columnList, createShop, schemaVersion, type ShopOptions } from './shop.js';
import { StartError } from './start-error.js';

/**
 * Opens the sandbox's database and fills a new one with a shop.
 *
 * @param file where to keep it; without one the database is in memory and ends with the process
 * @param shop must match the shop that an existing file holds
 * @throws {StartError} when the file cannot be used
 */
export function openDatabase(file: string | undefined, shop: ShopOptions): Connection {
  if (file === undefined || file === ':memory:') {
    const database = connect(':memory:');
    createShop(database, shop);
    return database;
  }
  return openFile(resolve(file), shop);
}

function openFile(file: string, shop: ShopOptions): Connection {
  let release: (() => void) | undefined;
  let database: Connection | undefined;
  try {
    release = claimFile(file);
    if (!existsSync(file) || statSync(file).size === 0) createFile(file, shop);
    database = connect(file);
    // Only a write-ahead log under an exclusive lock survives a killed process: this SQLite build takes
    // a leftover lock of its own for a living writer, and then never rolls the leftover journal back.
    database.exec('PRAGMA locking_mode = EXCLUSIVE;');
    checkShop(database, file, shop);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  } catch (error) {
    database?.close();
    release?.();
    if (error instanceof StartError) throw error;
    throw new StartError(
      'database_unusable',
      `--database ${file} cannot be used (${error instanceof Error ? error.message : String(error)}): name a file in a folder that you may write to.`,
      { cause: error },
    );
  }
  const { close } = database;
  return {
    ...database,
    close() {
      close();
      release();
    },
  };
}

/** Fills a file under another name, then renames it, so that an interrupted start never leaves half a shop. */
function createFile(file: string, shop: ShopOptions): void {
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  rmSync(`${unfinished}.lock`, { recursive: true, force: true });
  const database = connect(unfinished);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;');
    createShop(database, shop);
  } finally {
    database.close();
  }
  renameSync(unfinished, file);
}

const Marks = z.object({ application_id: z.int(), user_version: z.int() });
const Held = z.object({ orders: z.int(), seed: z.int(), columns: z.string() });

function checkShop(database: Connection, file: string, asked: ShopOptions): void {
  const notOurs = new StartError(
    'database_not_ours',
    `--database ${file} is not a database of this version of the sandbox: name another file, or delete it.`,
  );
  let marks;
  try {
    [marks] = database.all(
      'SELECT application_id, user_version FROM pragma_application_id, pragma_user_version',
      [],
      Marks,
    );
  } catch (error) {
    if (error instanceof Error && error.message.includes('file is not a database')) throw notOurs;
    throw error;
  }
  if (marks?.application_id !== applicationId || marks.user_version !== schemaVersion) throw notOurs;

  const [held] = database.all('SELECT orders, seed, columns FROM shop', [], Held);
  // The document has gained or lost a sort key or filter since.
  if (held?.columns !== columnList) throw notOurs;
  const differs =
    (asked.orders !== undefined && asked.orders !== held.orders) ||
    (asked.seed !== undefined && asked.seed !== held.seed);
  if (differs) {
    throw new StartError(
      'database_differs',
      `--database ${file} holds ${held.orders} orders of seed ${held.seed}: leave --orders and --seed out to use it, or name another file.`,
    );
  }
}
