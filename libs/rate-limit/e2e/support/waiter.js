// @ts-check
/** Takes a permit and, with the argument `wait`, waits for a second one. */
import { createMemoryStore } from '@wemasy-orders/state';
import { createRateLimiter } from '@wemasy-orders/rate-limit';

const limiter = createRateLimiter({
  store: createMemoryStore(),
  policies: [{ name: 'sync', limit: 1, windowMs: 400 }],
  namespace: 'exit',
});
const permit = await limiter.acquire('sync');
await permit.report({ kind: 'answered', status: 200, headers: new Headers() });
if (process.argv[2] === 'wait') {
  const { waitedMs } = await limiter.acquire('sync');
  process.stdout.write(waitedMs > 300 ? 'waited' : 'did not wait');
}
