// @ts-check
import { load } from '../public-library.js';
import { untilAccepted } from '../strategy.js';

/**
 * rate-limiter-flexible's queue, in memory or shared over Redis.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export async function createStrategy({ limit, windowMs, store, tries }) {
  const { RateLimiterMemory, RateLimiterQueue, RateLimiterRedis } = await load('rate-limiter-flexible');
  const options = { points: limit, duration: windowMs / 1000, keyPrefix: 'bench' };
  const counter = store.startsWith('redis:')
    ? new RateLimiterRedis({ ...options, storeClient: new (await import('ioredis')).Redis(store) })
    : new RateLimiterMemory(options);
  const queue = new RateLimiterQueue(counter, { maxQueueSize: 100_000 });
  /** @param {() => Promise<Response>} call */
  return (call) =>
    untilAccepted(
      async () => {
        await queue.removeTokens(1);
        return call();
      },
      { windowMs, tries },
    );
}
