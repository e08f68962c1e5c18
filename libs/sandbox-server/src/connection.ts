import sqlite, { type JSValue, type Statement } from 'node-sqlite3-wasm';
import * as z from 'zod';

/** A SQLite database that prepares each statement once. */
export interface Connection {
  /** Rows of a query; each must match `row`. */
  all<Row>(sql: string, values: JSValue[], row: z.ZodType<Row>): Row[];
  run(sql: string, values: JSValue[]): void;
  /** Runs several statements without values. */
  exec(sql: string): void;
  /** Commits all of `work`, or nothing when it throws. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

export function connect(path: string): Connection {
  const database = new sqlite.Database(path);
  const statements = new Map<string, Statement>();

  function prepared(sql: string): Statement {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  return {
    all: (sql, values, row) => z.array(row).parse(prepared(sql).all(values)),
    run(sql, values) {
      prepared(sql).run(values);
    },
    exec(sql) {
      database.exec(sql);
    },
    transaction(work) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    close() {
      // Closing the database does not free the statements, and WebAssembly memory is not garbage-collected.
      for (const statement of statements.values()) statement.finalize();
      statements.clear();
      database.close();
    },
  };
}
