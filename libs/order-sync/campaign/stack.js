import { createOrdersClient, rateLimitPolicies } from '@wemasy-orders/client';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { accountNamespace } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';
import { createOrderSync, journalAt } from '@wemasy-orders/order-sync';

/** The sandbox's token that may do everything. */
export const token = 'sandbox-full-access';
/** The sandbox's shortest window, so that a campaign is over soon. */
export const windowSeconds = 1;

/**
 * Everything that a program needs to send orders, as the real ones put it together.
 *
 * @param {object} options
 * @param {string} options.url base URL that is called
 * @param {string} options.account base URL that names the account: the same for all, whether they go through the proxy or not
 * @param {string} options.folder what processes share
 * @param {number} options.timeoutMs
 * @param {string} options.app
 * @param {(store: import('@wemasy-orders/order-sync').JournalStore) => import('@wemasy-orders/order-sync').JournalStore} [options.journalStore]
 * @param {(fault: import('@wemasy-orders/order-sync').JournalWarning) => void} [options.onJournalWarning]
 */
export function createStack({ url, account, folder, timeoutMs, app, journalStore, onJournalWarning }) {
  const store = createFolderStore({ folder });
  const namespace = accountNamespace(account, token);
  const rateLimiter = createRateLimiter({
    store,
    namespace,
    policies: rateLimitPolicies({ syncOrder: { limit: 5, windowSeconds } }),
  });
  const client = createOrdersClient({ token, baseUrl: url, rateLimiter, timeoutMs });
  const journal = journalStore?.(store) ?? store;
  const orderSync = createOrderSync({
    client,
    store: journal,
    journal: journalAt(journal, namespace),
    caller: { app, version: '0.1.0' },
    requestTimeoutMs: timeoutMs,
    onJournalWarning,
  });
  return {
    client,
    orderSync,
    async close() {
      await rateLimiter.close();
      await store.close();
    },
  };
}
