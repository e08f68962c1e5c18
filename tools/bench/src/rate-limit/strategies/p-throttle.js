// @ts-check
import { load } from '../public-library.js';
import { untilAccepted } from '../strategy.js';

/**
 * p-throttle, strict: never more than the limit in any span of a window.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export async function createStrategy({ limit, windowMs, tries }) {
  const { default: pThrottle } = await load('p-throttle');
  const throttle = pThrottle({ limit, interval: windowMs, strict: true });
  const paced = throttle((/** @type {() => Promise<Response>} */ call) => call());
  /** @param {() => Promise<Response>} call */
  return (call) => untilAccepted(() => paced(call), { windowMs, tries });
}
