// @ts-check
import { load } from '../public-library.js';
import { untilAccepted } from '../strategy.js';

/**
 * limiter: a token bucket.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export async function createStrategy({ limit, windowMs, tries }) {
  const { RateLimiter } = await load('limiter');
  const limiter = new RateLimiter({ tokensPerInterval: limit, interval: windowMs });
  /** @param {() => Promise<Response>} call */
  return (call) =>
    untilAccepted(
      async () => {
        await limiter.removeTokens(1);
        return call();
      },
      { windowMs, tries },
    );
}
