// @ts-check
import { load } from '../public-library.js';
import { untilAccepted } from '../strategy.js';

/**
 * bottleneck with a reservoir that is refilled every window.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export async function createStrategy({ limit, windowMs }) {
  const { default: Bottleneck } = await load('bottleneck');
  const limiter = new Bottleneck({
    reservoir: limit,
    reservoirRefreshAmount: limit,
    // It accepts multiples of 250 ms only.
    reservoirRefreshInterval: Math.ceil(windowMs / 250) * 250,
  });
  /** @param {() => Promise<Response>} call */
  return (call) => untilAccepted(() => limiter.schedule(call), windowMs);
}
