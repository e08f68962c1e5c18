/**
 * @typedef {object} Fault
 * @property {string} name what goes wrong for the shop
 * @property {string} file
 * @property {string} code what occurs there once
 * @property {string} fault what replaces it
 * @property {readonly string[]} [tests] which to ask first; default: those of the file
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
  {
    name: 'an attempt that is recorded while its request leaves',
    file: 'libs/client/src/send.ts',
    code: 'rollback = await call.beforeSend?.();',
    fault: 'void call.beforeSend?.();',
  },
  {
    name: 'a permit that is given back twice',
    file: 'libs/rate-limit/src/bucket.ts',
    code: "release: () => (settled ??= write({ kind: 'release', permit: stamp })),",
    fault: "release: () => write({ kind: 'release', permit: stamp }),",
    tests: ['libs/rate-limit/src/rate-limiter.test.ts'],
  },
  {
    name: 'a mark that is ignored inside a union',
    file: 'tools/openapi-codegen/src/document/answer-fields.js',
    code: 'else for (const option of node.anyOf) visit(option);',
    fault: 'else visit(node.anyOf[0]);',
  },
];
