// @ts-check
/** Calls the server as often as the limiter allows, until it is killed. */
import { createFolderStore } from '@wemasy-orders/state/folder';
import { createRateLimitedFetch, createRateLimiter } from '@wemasy-orders/rate-limit';

/** @type {{ url: string, folder: string, limit: number, windowMs: number, callers: number }} */
const { url, folder, limit, windowMs, callers } = JSON.parse(process.argv[2] ?? '');
const limiter = createRateLimiter({
  store: createFolderStore({
    folder,
    onWarning: ({ message }) => {
      throw new Error(message);
    },
  }),
  policies: [{ name: 'sync', limit, windowMs }],
  namespace: 'crash',
});
const limitedFetch = createRateLimitedFetch({ limiter, policyOf: () => 'sync', maxResends: 0 });

async function call() {
  for (;;) {
    const response = await limitedFetch(url, { method: 'POST' });
    await response.arrayBuffer();
  }
}

for (let caller = 0; caller < callers; caller += 1) void call();
