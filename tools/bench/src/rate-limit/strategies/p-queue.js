// @ts-check
import { load } from '../public-library.js';
import { untilAccepted } from '../strategy.js';

/**
 * p-queue with an interval cap, strict where the version has it.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export async function createStrategy({ limit, windowMs, tries }) {
  const { default: PQueue } = await load('p-queue');
  const queue = new PQueue({ intervalCap: limit, interval: windowMs, strict: true });
  /** @param {() => Promise<Response>} call */
  return (call) => untilAccepted(() => queue.add(call), { windowMs, tries });
}
