import { createOrdersClient, rateLimitPolicies } from '@wemasy-orders/client';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { accountNamespace } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';
import { createOrderSync, journalAt } from '@wemasy-orders/order-sync';

export const token = 'sandbox-full-access';

/**
 * Everything that a program needs to send orders.
 *
 * @param {object} options
 * @param {string} options.url base URL of the API
 * @param {string} options.folder what processes share
 * @param {number} options.timeoutMs
 * @param {string} options.app
 */
export function createStack({ url, folder, timeoutMs, app }) {
  const store = createFolderStore({ folder });
  const namespace = accountNamespace(url, token);
  const rateLimiter = createRateLimiter({
    store,
    namespace,
    policies: rateLimitPolicies({ syncOrder: { limit: 5, windowSeconds: 1 } }),
  });
  const client = createOrdersClient({ token, baseUrl: url, rateLimiter, timeoutMs });
  const orderSync = createOrderSync({
    client,
    store,
    journal: journalAt(store, namespace),
    caller: { app, version: '0.1.0' },
    requestTimeoutMs: timeoutMs,
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
