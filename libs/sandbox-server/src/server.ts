import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { apiPath, createApp } from './app.js';
import { openDatabase } from './database.js';
import { StartError } from './start-error.js';

export const defaultHost = '127.0.0.1';

export interface SandboxOptions {
  /** Default: 0, any free port. */
  readonly port?: number | undefined;
  /** Default: this machine only. */
  readonly host?: string | undefined;
  /** How many orders the shop has; default 500, or as many as an existing database file holds. */
  readonly orders?: number | undefined;
  /** Which orders they are; default 1, or the seed of an existing database file. */
  readonly seed?: number | undefined;
  /** Length of every throttle window; default: the documented window of each operation. */
  readonly windowSeconds?: number | undefined;
  /** File that keeps orders, ledger and throttle windows; without it they are in memory. */
  readonly database?: string | undefined;
  /** Milliseconds since the epoch; default: the system's clock. */
  readonly clock?: (() => number) | undefined;
  /** Pages for people, beside the API and /sandbox; default: none. */
  readonly pages?: Hono | undefined;
  /** Receives errors of the sandbox itself; the caller gets a 500. */
  readonly onError?: ((error: Error) => void) | undefined;
}

export interface Sandbox {
  /** Base URL of the API, e.g. `http://127.0.0.1:4010/api`. */
  readonly url: string;
  /** Closes the server and every open connection at once. */
  close(): Promise<void>;
}

/**
 * Starts a sandbox; it listens when the promise resolves.
 *
 * @throws {StartError} with what to change, when the port or the database file cannot be used
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = defaultHost, clock = Date.now, pages, onError = () => undefined } = options;
  const database = openDatabase(options.database, options);
  const closing = new AbortController();
  const app = createApp({
    database,
    clock,
    windowSeconds: options.windowSeconds,
    closing: closing.signal,
    pages,
    onError,
  });
  // By default the listener replaces the global Request and Response of the whole process.
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  try {
    await new Promise<void>((listening, fail) => {
      server.once('error', fail);
      server.listen(port, host, () => {
        server.off('error', fail);
        listening();
      });
    });
  } catch (error) {
    database.close();
    throw new StartError(
      'cannot_listen',
      `Cannot listen on --host ${host} --port ${port} (${error instanceof Error ? error.message : String(error)}): choose another port, or 0 for a free one.`,
      { cause: error },
    );
  }
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}${apiPath}`,
    async close() {
      closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      database.close();
    },
  };
}
