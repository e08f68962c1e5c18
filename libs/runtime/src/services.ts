import { existsSync } from 'node:fs';
import {
  type AttemptReport,
  ConfigurationError,
  createOrdersClient,
  type Fetch,
  type OrdersClient,
  rateLimitPolicies,
} from '@wemasy-orders/client';
import { createHttpFetch } from '@wemasy-orders/client/node';
import type { Caller, OrderSync } from '@wemasy-orders/order-sync';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import type { Clock, ListableStore } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';
import type { AccountJournal } from './account-journal.js';
import { openStoredAccounts } from './account-registry.js';
import { type Config, type ConfigSources, noAccount, readConfig } from './config.js';
import type { JournalServices, JournalServicesOptions } from './journal-services.js';
import { createLog, type Log } from './log.js';
import { defaultStatePlace, openStore, type StatePlace } from './state-place.js';

export interface SetUpOptions extends ConfigSources {
  readonly caller: Caller;
  readonly clock: Clock;
  /** Takes a line of the log. */
  readonly writeLog: (line: string) => void;
  /** Base URL that the journal is kept by, where that of the API changes with each start; default: that of the API. */
  readonly journalUrl?: string | undefined;
}

export interface SetUp {
  readonly config: Config;
  /** One sentence each; an app with faults still starts and shows what it offers. */
  readonly faults: readonly string[];
  readonly log: Log;
  /** @throws {ConfigurationError} where there are faults */
  services(): Services;
  /** Waits for writes in flight, then closes everything. */
  close(): Promise<void>;
}

/** Reads the configuration and builds what an app works with; faults wait until something is asked of it. */
export async function setUp(options: SetUpOptions): Promise<SetUp> {
  const { caller, clock, writeLog, journalUrl, ...sources } = options;
  const { config, faults } = readConfig(sources);
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: writeLog,
    now: () => clock.now(),
    secrets: config.token === '' ? [] : [config.token],
  });
  const onWarning = ({ message }: { readonly message: string }) => {
    log.warn(message);
  };
  for (const fault of faults) log.warn('configuration fault', { fault });
  const connected = faults.length > 0 ? undefined : await connectTo(config.state);

  async function connectTo(place: StatePlace | undefined): Promise<Services | undefined> {
    if (place === undefined) return undefined;
    const acceptVolatile = config.WEMASY_ACCEPT_VOLATILE_JOURNAL;
    const openFolder = (folder: string) => createFolderStore({ folder, clock, onWarning });
    // The sandbox of this process has no books that another journal could spoil.
    const isAnchored = place.kind !== 'memory' && journalUrl === undefined;
    const anchorPlace = isAnchored ? defaultStatePlace(sources) : undefined;
    return connect({
      config,
      journalUrl: journalUrl ?? config.WEMASY_API_URL,
      store: await openStore(place, { clock, onWarning, acceptVolatile }),
      anchorStore: anchorPlace?.kind === 'folder' ? openFolder(anchorPlace.folder) : undefined,
      openFolder: (folder) => (existsSync(folder) ? openFolder(folder) : undefined),
      log,
      clock,
      caller,
    });
  }

  return {
    config,
    faults,
    log,
    services() {
      if (connected === undefined) throw new ConfigurationError(...faults);
      return connected;
    },
    async close() {
      await connected?.close();
    },
  };
}

/** What an app works with. */
export interface Services {
  readonly client: OrdersClient;
  /** Loaded with its first use, as the journal is: most processes only list orders. */
  readonly orderSync: OrderSync;
  /** Ids of the orders that the journal has a record of, smallest first. */
  recordedOrders(): Promise<number[]>;
  /** The account and its journal: what the doctor shows, and what only the user can decide. */
  readonly journal: Omit<AccountJournal, 'find' | 'beginNamespace'>;
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
  const { config, store, anchorStore, log, clock, journalUrl } = options;
  const { token, WEMASY_API_URL: baseUrl, WEMASY_ACCOUNT: account } = config;
  const accountName = account === noAccount ? undefined : account;
  const accounts = openStoredAccounts({ store, baseUrl: journalUrl, accountName, token });
  const rateLimiter = createRateLimiter({
    store,
    namespace: async () =>
      (await accounts.findNamespace()) ?? (await (await journalServices()).journal.beginNamespace()),
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
  let opened: Promise<JournalServices> | undefined;
  const journalServices = () =>
    (opened ??= loadJournalServices({ ...options, baseUrl: journalUrl, accounts, client }));
  const journal = async () => (await journalServices()).journal;
  const orderSync = async () => (await journalServices()).orderSync;
  // The call that could not load the journal has that error, and nothing is in flight.
  const settle = async () => (await opened?.catch(() => undefined))?.orderSync.settle();
  return {
    client,
    orderSync: {
      sync: async (...args) => (await orderSync()).sync(...args),
      check: async (...args) => (await orderSync()).check(...args),
      confirm: async (...args) => (await orderSync()).confirm(...args),
      history: async (...args) => (await orderSync()).history(...args),
      settle,
    },
    recordedOrders: async () => (await journalServices()).recordedOrders(),
    journal: {
      status: async () => (await journal()).status(),
      listAccounts: async () => (await journal()).listAccounts(),
      addAccount: async (...args) => (await journal()).addAccount(...args),
      claimAccount: async (...args) => (await journal()).claimAccount(...args),
      renameAccount: async (...args) => (await journal()).renameAccount(...args),
      useJournal: async () => (await journal()).useJournal(),
    },
    async close() {
      await settle();
      await client.close();
      await rateLimiter.close();
      await store.close();
      await anchorStore?.close();
    },
  };
}

/** @throws {ConfigurationError} where the file is gone, as after an update of a program that runs */
async function loadJournalServices(options: JournalServicesOptions): Promise<JournalServices> {
  const { openJournalServices } = await import('./journal-services.js').catch((error: unknown) => {
    options.log.error('the journal could not be loaded', { error });
    throw new ConfigurationError('Nothing was sent: this program was replaced while it ran. Start it again.');
  });
  return openJournalServices(options);
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
