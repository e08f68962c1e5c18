import { isOrdersError, type OrdersClient } from '@wemasy-orders/client';
import {
  type Caller,
  createOrderSync,
  JournalUnavailableError,
  type OrderSync,
  recordedOrders,
} from '@wemasy-orders/order-sync';
import { type AccountJournal, type AccountJournalOptions, createAccountJournal } from './account-journal.js';
import type { Config } from './config.js';
import type { Log } from './log.js';

/** What an app sends orders with. A file of its own, which is loaded with its first use: most processes only list orders. */
export interface JournalServices {
  readonly journal: AccountJournal;
  readonly orderSync: OrderSync;
  /** See `Services`. */
  recordedOrders(): Promise<number[]>;
}

export interface JournalServicesOptions extends Omit<
  AccountJournalOptions,
  'token' | 'acceptsVolatile' | 'onNotice'
> {
  readonly config: Config;
  readonly client: OrdersClient;
  /** The program that the journal names as the sender. */
  readonly caller: Caller;
  readonly log: Log;
}

export function openJournalServices(options: JournalServicesOptions): JournalServices {
  const { config, store, log, clock, client, caller } = options;
  const journal = createAccountJournal({
    ...options,
    token: config.token,
    acceptsVolatile: config.WEMASY_ACCEPT_VOLATILE_JOURNAL,
    onNotice: (message) => {
      log.warn(message);
    },
  });
  const orderSync = createOrderSync({
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
  return {
    journal,
    orderSync,
    async recordedOrders() {
      const { namespace } = await journal.find('read').catch((error: unknown) => {
        throw isOrdersError(error) ? error : new JournalUnavailableError(undefined, error);
      });
      return await recordedOrders(store, namespace);
    },
  };
}
