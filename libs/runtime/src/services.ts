import {
  type AttemptReport,
  createOrdersClient,
  type OrdersClient,
  rateLimitPolicies,
} from '@wemasy-orders/client';
import { createHttpFetch } from '@wemasy-orders/client/node';
import {
  type Caller,
  createOrderSync,
  journalAt,
  type OrderSync,
  recordedOrders,
} from '@wemasy-orders/order-sync';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { accountNamespace, type Clock, type ListableStore } from '@wemasy-orders/state';
import { type Config, noAccount } from './config.js';
import type { Log } from './log.js';

/** What an app works with. */
export interface Services {
  readonly client: OrdersClient;
  readonly orderSync: OrderSync;
  /** Ids of the orders that the journal has a record of, smallest first. */
  recordedOrders(): Promise<number[]>;
  /** Waits for writes that are under way, then lets go of everything. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly config: Config;
  readonly store: ListableStore;
  readonly log: Log;
  readonly clock: Clock;
  /** Who is written into the journal as having asked for a sync. */
  readonly caller: Caller;
}

/** Builds what an app works with: one limiter and one journal for every call of this account. */
export function connect({ config, store, log, clock, caller }: ServiceOptions): Services {
  const { token, WEMASY_API_URL: baseUrl, WEMASY_ACCOUNT: account } = config;
  const budget = accountNamespace(baseUrl, account === noAccount ? token : account);
  // Not by token: an order that was sent with an old one must not be sent again with a new one.
  const journal = accountNamespace(baseUrl, account);
  const rateLimiter = createRateLimiter({
    store,
    namespace: budget,
    clock,
    policies: rateLimitPolicies(config.WEMASY_RATE_LIMITS),
    onWarning: ({ code, bucket, message, cause }) => {
      // It copes with all of them, but while the store is away no order can be sent.
      log[code === 'store-failed' ? 'warn' : 'info'](message, { code, bucket, cause });
    },
  });
  const client = createOrdersClient({
    token,
    baseUrl,
    fetch: createHttpFetch({ clock }),
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
  const orderSync = createOrderSync({
    client,
    store,
    journal: journalAt(store, journal),
    clock,
    caller,
    requestTimeoutMs: config.WEMASY_TIMEOUT_MS,
    onJournalWarning: (fault) => {
      log.error('the outcome of a sync could not be written', { ...fault });
    },
  });
  return {
    client,
    orderSync,
    recordedOrders: () => recordedOrders(store, journal),
    async close() {
      await orderSync.settle();
      await client.close();
      await rateLimiter.close();
      await store.close();
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
