import {
  type AttemptReport,
  createOrdersClient,
  type Fetch,
  isOrdersError,
  type OrdersClient,
  rateLimitPolicies,
} from '@wemasy-orders/client';
import { createHttpFetch } from '@wemasy-orders/client/node';
import {
  type Caller,
  createOrderSync,
  JournalUnavailableError,
  type OrderSync,
  recordedOrders,
} from '@wemasy-orders/order-sync';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import type { Clock, ListableStore } from '@wemasy-orders/state';
import { type AccountJournal, createAccountJournal } from './account-journal.js';
import { type Config, noAccount } from './config.js';
import type { Log } from './log.js';

/** What an app works with. */
export interface Services {
  readonly client: OrdersClient;
  /** Begins with its first use: most processes only list orders. */
  readonly orderSync: OrderSync;
  /** Ids of the orders that the journal has a record of, smallest first. */
  recordedOrders(): Promise<number[]>;
  /** The account and its journal: what the doctor shows, and what only the user can decide. */
  readonly journal: Omit<AccountJournal, 'find' | 'namespace'>;
  /** Waits for writes in flight, then closes everything. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly config: Config;
  /** Base URL that accounts and their journals are kept by. */
  readonly journalUrl: string;
  readonly store: ListableStore;
  /** Keeps what this user knows of journals; undefined where the user has no home folder to write to. */
  readonly anchorStore: ListableStore | undefined;
  /** Opens the folder of an earlier journal; undefined where it is gone. */
  readonly openFolder: (folder: string) => ListableStore | undefined;
  /** How it connects to the API; default: with connections of its own. */
  readonly fetch?: Fetch;
  readonly log: Log;
  readonly clock: Clock;
  /** The program that the journal names as the sender. */
  readonly caller: Caller;
}

/** Builds what an app works with: one limiter and one journal for every call of this account. */
export function connect(options: ServiceOptions): Services {
  const { config, store, anchorStore, log, clock, caller } = options;
  const { token, WEMASY_API_URL: baseUrl, WEMASY_ACCOUNT: account } = config;
  const journal = createAccountJournal({
    store,
    anchorStore,
    baseUrl: options.journalUrl,
    accountName: account === noAccount ? undefined : account,
    token,
    clock,
    acceptsVolatile: config.WEMASY_ACCEPT_VOLATILE_JOURNAL,
    openFolder: options.openFolder,
    onNotice: (message) => {
      log.warn(message);
    },
  });
  const rateLimiter = createRateLimiter({
    store,
    namespace: () => journal.namespace(),
    clock,
    policies: rateLimitPolicies(config.WEMASY_RATE_LIMITS),
    onWarning: ({ code, bucket, message, cause }) => {
      // The limiter handles all of them, but no order can be sent while the store is away.
      log[code === 'store-failed' ? 'warn' : 'info'](message, { code, bucket, cause });
    },
  });
  const client = createOrdersClient({
    token,
    baseUrl,
    fetch: options.fetch ?? createHttpFetch({ clock }),
    rateLimiter,
    clock,
    timeoutMs: config.WEMASY_TIMEOUT_MS,
    maxWaitMs: config.WEMASY_MAX_WAIT_MS,
    onAttempt: (attempt) => {
      logAttempt(log, attempt);
    },
    onDrift: ({ operationId, drift }) => {
      log.warn('an answer of the API differs from its documentation', { operationId, drift });
    },
  });
  const startOrderSync = () =>
    createOrderSync({
      client,
      store,
      journal: journal.find,
      clock,
      caller,
      requestTimeoutMs: config.WEMASY_TIMEOUT_MS,
      onJournalWarning: (warning) => {
        log.error('an outcome could not be recorded yet; other processes do not know it', { ...warning });
      },
    });
  let orderSync: OrderSync | undefined;
  return {
    client,
    get orderSync() {
      return (orderSync ??= startOrderSync());
    },
    async recordedOrders() {
      const { namespace } = await journal.find('read').catch((error: unknown) => {
        throw isOrdersError(error) ? error : new JournalUnavailableError(undefined, error);
      });
      return await recordedOrders(store, namespace);
    },
    journal,
    async close() {
      await orderSync?.settle();
      await client.close();
      await rateLimiter.close();
      await store.close();
      await anchorStore?.close();
    },
  };
}

function logAttempt(
  log: Log,
  { operationId, attempt, waitedMs, durationMs, status, error }: AttemptReport,
): void {
  log.debug('request', {
    operationId,
    attempt,
    waitedMs: Math.round(waitedMs),
    durationMs: Math.round(durationMs),
    status,
    code: error?.code,
  });
}
