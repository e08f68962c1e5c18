import { createOrdersClient, type OrdersClient, rateLimitPolicies } from '@wemasy-orders/client';
import { createRateLimiter, type RateLimiter } from '@wemasy-orders/rate-limit';
import { createMemoryStore } from '@wemasy-orders/state';
import {
  createOrderSync,
  journalAt,
  type JournalStore,
  type OrderSync,
  type OrderSyncOptions,
} from '../../src/index.js';

export const namespace = 'account';

/** A program that sends orders: a client and its `OrderSync`. */
export interface Sender {
  readonly client: OrdersClient;
  readonly orderSync: OrderSync;
  close(): Promise<void>;
}

export interface SenderOptions extends Partial<Omit<OrderSyncOptions, 'client' | 'store'>> {
  /** Base URL of the API. */
  readonly url: string;
  readonly store?: JournalStore;
  /** Syncs that the limiter allows in a minute; default: so many that nothing waits. */
  readonly limit?: number;
  readonly windowSeconds?: number;
  readonly rateLimiter?: RateLimiter | undefined;
  readonly timeoutMs?: number;
}

const neverWaits = { limit: 1000, windowSeconds: 60 };

export function createSender(options: SenderOptions): Sender {
  const { url, store = createMemoryStore(), timeoutMs } = options;
  const { limit = neverWaits.limit, windowSeconds = neverWaits.windowSeconds } = options;
  const rateLimiter =
    options.rateLimiter ??
    createRateLimiter({
      store: createMemoryStore(),
      namespace,
      policies: rateLimitPolicies({ listOrders: neverWaits, syncOrder: { limit, windowSeconds } }),
    });
  const client = createOrdersClient({
    token: 'token',
    baseUrl: url,
    rateLimiter,
    timeoutMs,
    random: () => 0,
  });
  const orderSync = createOrderSync({
    journal: journalAt(store, namespace),
    caller: { app: 'tests', version: '1.0.0' },
    ...options,
    client,
    store,
  });
  return {
    client,
    orderSync,
    async close() {
      await orderSync.settle();
      await rateLimiter.close();
    },
  };
}
