/**
 * The files that the promises rest on: never booked twice, never a 429, no address leaked, no sum wrong. Each with the
 * unit tests that have to notice every fault in it; other tests of the project are not asked.
 *
 * @type {ReadonlyMap<string, readonly string[]>}
 */
export const testsOf = new Map([
  ...inProject('libs/order-sync', {
    journal: ['journal'],
    'order-state': ['journal'],
    record: ['journal', 'move-attempts'],
    'order-journal': ['order-journal'],
    'journal-writer': ['order-journal'],
    'sync-run': ['sync-run'],
    'shared-sync': ['shared-sync'],
    'sync-many': ['sync-many'],
    'move-attempts': ['move-attempts'],
    'look-up-order': ['look-up-order'],
  }),
  ...inProject('libs/client', {
    answer: ['answer'],
    retry: ['retry'],
    send: ['send', 'client-options'],
    'walk-orders': ['walk-orders'],
    'walk-facts': ['walk-orders'],
  }),
  ...inProject('libs/presentation', {
    visibility: ['visibility'],
    columns: ['columns', 'visibility'],
    'clean-text': ['clean-text'],
    totals: ['totals'],
  }),
  ...inProject('libs/state', {
    generation: ['generation'],
    'folder/lock': ['folder/lock'],
    'folder/drafts': ['folder/drafts'],
  }),
  ...inProject('libs/rate-limit', {
    window: ['window'],
    'window-state': ['window-state'],
    counter: ['counter', 'window'],
    queue: ['queue', 'window'],
    'shared-queue': ['queue', 'window'],
    fallback: ['fallback', 'window'],
    unsent: ['unsent'],
  }),
]);

export const files = [...testsOf.keys()];

/**
 * @param {string} project
 * @param {Readonly<Record<string, readonly string[]>>} tests by the name of the file that they test
 * @returns {[string, string[]][]}
 */
function inProject(project, tests) {
  return Object.entries(tests).map(([name, names]) => [
    `${project}/src/${name}.ts`,
    names.map((test) => `${project}/src/${test}.test.ts`),
  ]);
}
