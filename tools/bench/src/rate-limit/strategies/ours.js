// @ts-check
import { createRateLimiter, isRateLimited } from '@wemasy-orders/rate-limit';
import { openStore } from '../../store.js';

/**
 * The limiter of this workspace, on the store that is asked for.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export async function createStrategy({ kind, limit, windowMs, store, tries = Infinity }) {
  const opensWithFirstCall = kind === 'laravel' || kind === 'github';
  const limiter = createRateLimiter({
    store: await openStore(store),
    namespace: 'bench',
    policies: [
      { name: 'call', limit, windowMs, kind: opensWithFirstCall ? 'fixed-window' : 'sliding-window' },
    ],
  });
  /** @param {() => Promise<Response>} call */
  return async (call) => {
    for (let sent = 0; ;) {
      const permit = await limiter.acquire('call');
      if (!permit.isValid()) {
        await permit.release();
        continue;
      }
      const response = await call();
      sent += 1;
      const { status, headers } = response;
      const refused = isRateLimited(response);
      await permit.report({ kind: 'answered', status, headers, refused });
      if (!refused || sent >= tries) return response;
    }
  };
}
