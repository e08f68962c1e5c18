// @ts-check
import { load } from '../public-library.js';
import { untilAccepted } from '../strategy.js';

/** It accepts multiples of 250 ms only. */
const STEP_MS = 250;

/**
 * bottleneck with a reservoir that is refilled every window or, for a leaky bucket, as the bucket drains.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export async function createStrategy({ kind, limit, windowMs, tries }) {
  const { default: Bottleneck } = await load('bottleneck');
  const refill =
    kind === 'leaky-bucket'
      ? {
          reservoirIncreaseAmount: Math.floor((limit * STEP_MS) / windowMs),
          reservoirIncreaseInterval: STEP_MS,
          reservoirIncreaseMaximum: limit,
        }
      : {
          reservoirRefreshAmount: limit,
          reservoirRefreshInterval: Math.ceil(windowMs / STEP_MS) * STEP_MS,
        };
  const limiter = new Bottleneck({ reservoir: limit, ...refill });
  /** @param {() => Promise<Response>} call */
  return (call) => untilAccepted(() => limiter.schedule(call), { windowMs, tries });
}
