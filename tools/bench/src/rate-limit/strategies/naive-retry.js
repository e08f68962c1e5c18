// @ts-check
import { untilAccepted } from '../strategy.js';

/**
 * No pacing at all: send, and send again when Retry-After is over.
 *
 * @param {import('../strategy.js').StrategyOptions} options
 */
export function createStrategy({ windowMs, tries }) {
  /** @param {() => Promise<Response>} call */
  return (call) => untilAccepted(call, { windowMs, tries });
}
