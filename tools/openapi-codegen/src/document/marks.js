// @ts-check

/** @import { Privacy } from './openapi.js' */

/** From the least to the most strict. @type {readonly Privacy[]} */
export const levels = ['public', 'name', 'personal', 'secret'];

/**
 * The strictest of some marks; anything else among them is no mark.
 *
 * @param {readonly unknown[]} marks
 * @returns {Privacy | undefined}
 */
export function strictest(marks) {
  return levels.findLast((level) => marks.includes(level));
}
