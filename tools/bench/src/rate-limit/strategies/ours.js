// @ts-check
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { openStore } from '../../store.js';

/**
 * The window mirror of this workspace, on the store that is asked for.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export async function createStrategy({ limit, windowMs, store }) {
  const limiter = createRateLimiter({
    store: await openStore(store),
    namespace: 'bench',
    policies: [{ name: 'call', limit, windowMs }],
  });
  /** @param {() => Promise<Response>} call */
  return async (call) => {
    for (;;) {
      const permit = await limiter.acquire('call');
      if (!permit.isValid()) {
        await permit.release();
        continue;
      }
      const response = await call();
      await permit.report({ kind: 'answered', status: response.status, headers: response.headers });
      if (response.status !== 429) return response;
    }
  };
}
