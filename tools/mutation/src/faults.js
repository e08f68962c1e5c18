/**
 * @typedef {object} Fault
 * @property {string} name what goes wrong for the shop
 * @property {string} file
 * @property {string} code what occurs there once
 * @property {string} fault what replaces it
 */

/** One fault of each kind that the product promises not to have. The unit tests must notice every one of them. */
/** @type {readonly Fault[]} */
export const faults = [
  {
    name: 'a lost attempt',
    file: 'libs/order-sync/src/journal.ts',
    code: 'accept(attempts.filter((other) => other !== withdrawn))',
    fault: 'accept([])',
  },
  {
    name: 'a permit that straddles two windows counts in one',
    file: 'libs/rate-limit/src/window.ts',
    code: 'Math.min(openBy, minElapsed) + windowMs + marginMs',
    fault: '(window?.openBy ?? minElapsed) + windowMs + marginMs',
  },
  {
    name: 'a lock that is released early',
    file: 'libs/state/src/folder/lock.ts',
    code: 'if (isFree && tryTake(',
    fault: 'if (token !== undefined && tryTake(',
  },
  {
    name: 'a write that is sent again',
    file: 'libs/client/src/retry.ts',
    code: "if (!safe && error.effect !== 'none') return undefined;",
    fault: '',
  },
  {
    name: 'a mark that is ignored',
    file: 'libs/presentation/src/visibility.ts',
    code: 'visiblePrivacies[personalData].includes(privacy)',
    fault: 'privacy !== undefined',
  },
];
