/** The files that the promises rest on: never booked twice, never a 429, no address leaked, no sum wrong. */
export const files = [
  ...inProject('libs/order-sync', [
    'journal',
    'order-state',
    'record',
    'order-journal',
    'sync-run',
    'shared-sync',
    'sync-many',
    'move-attempts',
    'look-up-order',
  ]),
  ...inProject('libs/client', [
    'answer',
    'attempt',
    'retry',
    'send',
    'take-permit',
    'walk-orders',
    'walk-facts',
  ]),
  ...inProject('libs/presentation', ['visibility', 'columns', 'clean-text', 'totals']),
  ...inProject('libs/state', ['folder/lock', 'folder/drafts', 'generation']),
  ...inProject('libs/rate-limit', [
    'window',
    'window-state',
    'counter',
    'queue',
    'time',
    'fallback',
    'unsent',
  ]),
];

/** @param {string} project @param {readonly string[]} names */
function inProject(project, names) {
  return names.map((name) => `${project}/src/${name}.ts`);
}
