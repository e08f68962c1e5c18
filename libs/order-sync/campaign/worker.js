/**
 * A process that sends orders, and writes what it is told about each as a line of JSON. It may be killed at any moment.
 *
 * Its one argument is JSON: what `createStack` takes, and
 * - `orderIds`: what to send, in this order;
 * - `resendIds`: what to send once more after that, on purpose;
 * - `seed`, `diskFaults`: of a hundred updates of the journal, how many fail.
 */
import { isOrdersError } from '@wemasy-orders/client';
import { syncMany } from '@wemasy-orders/order-sync';
import { createRandom } from './random.js';
import { createStack } from './stack.js';

/** @type {Parameters<typeof createStack>[0] & { orderIds: number[], resendIds: number[], seed: number, diskFaults: number }} */
const { orderIds, resendIds, seed, diskFaults, ...options } = JSON.parse(process.argv[2] ?? '');
const random = createRandom(seed);

const { orderSync, close } = createStack({ ...options, journalStore: withDiskFaults, onJournalWarning });

for await (const outcome of runs()) {
  const { orderId, outcome: kind } = outcome;
  say(
    'error' in outcome
      ? { orderId, kind, code: outcome.error.code, message: outcome.error.message }
      : { orderId, kind, recorded: outcome.recorded },
  );
}
await orderSync.settle();
await close();

async function* runs() {
  yield* sendAll(orderIds, (orderId, how) => orderSync.sync(orderId, how));
  yield* sendAll(resendIds, (orderId, how) => {
    say({ orderId, kind: 'resend' });
    return orderSync.sync(orderId, { ...how, resend: true });
  });
}

/**
 * Sends until each order has come as far as the API.
 *
 * @param {readonly number[]} ids
 * @param {typeof orderSync.sync} sync
 */
async function* sendAll(ids, sync) {
  for (let rest = ids; rest.length > 0;) {
    /** @type {number[]} */
    const again = [];
    let done = 0;
    try {
      for await (const outcome of syncMany({ sync }, rest, { maxUnknownInRow: Number.POSITIVE_INFINITY })) {
        done += 1;
        if (outcome.outcome === 'not_sent') again.push(outcome.orderId);
        yield outcome;
      }
    } catch (error) {
      // A full disk ends a run; somebody made room, and starts it again.
      if (!isOrdersError(error) || error.code !== 'internal_error') throw error;
    }
    rest = [...rest.slice(done), ...again];
  }
}

/**
 * @param {import('@wemasy-orders/order-sync').JournalStore} store
 * @returns {import('@wemasy-orders/order-sync').JournalStore}
 */
function withDiskFaults(store) {
  /** @template T @param {() => Promise<T>} update */
  const onFaultyDisk = async (update) => {
    const fault = random() * 100 < diskFaults;
    if (fault && random() < 0.5) throw new Error('ENOSPC: no space left on device');
    const result = await update();
    if (fault) throw new Error('EIO: i/o error');
    return result;
  };
  return {
    openGeneration: (key) => store.openGeneration(key),
    update: (key, updater, options) => onFaultyDisk(() => store.update(key, updater, options)),
    updateGuarded: (key, updater, guard) => onFaultyDisk(() => store.updateGuarded(key, updater, guard)),
  };
}

/** @param {import('@wemasy-orders/order-sync').JournalWarning} fault */
function onJournalWarning({ orderId, outcome }) {
  say({ orderId, kind: 'journal fault', message: outcome });
}

/** @param {object} line */
function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
