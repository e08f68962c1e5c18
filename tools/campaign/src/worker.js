/**
 * A process that sends orders, and writes each outcome as a line of JSON. It may be killed at any moment.
 *
 * Its one argument is JSON: what `createStack` takes, and
 * - `orderIds`: what to send, in this order;
 * - `resendIds`: what to resend after that, on purpose;
 * - `seed`, `diskFaults`: of a hundred updates of the journal, how many fail.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isOrdersError } from '@wemasy-orders/client';
import { syncMany } from '@wemasy-orders/order-sync';
import { createRandom } from './random.js';
import { createStack } from './stack.js';

/** @type {Parameters<typeof createStack>[0] & { orderIds: number[], resendIds: number[], seed: number, diskFaults: number }} */
const { orderIds, resendIds, seed, diskFaults, ...options } = JSON.parse(process.argv[2] ?? '');
const random = createRandom(seed);

const { orderSync, close } = await createStack({ ...options, wrapStore: withDiskFaults, onLog });

for await (const outcome of runs()) {
  const { orderId, outcome: kind } = outcome;
  say(
    'error' in outcome
      ? { orderId, kind, code: outcome.error.code, message: outcome.error.message }
      : { orderId, kind, recorded: outcome.recorded },
  );
}
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
      // A full disk, or a refusal, ends a run. The user makes room, or mends the state, and starts it again.
      if (!isOrdersError(error) || !['internal_error', 'configuration_error'].includes(error.code))
        throw error;
      if (error.code === 'configuration_error') await pause(300);
    }
    rest = [...rest.slice(done), ...again];
  }
}

/**
 * @param {import('@wemasy-orders/state').ListableStore} store
 * @returns {import('@wemasy-orders/state').ListableStore}
 */
function withDiskFaults(store) {
  /** @template T @param {string} key @param {() => Promise<T>} update */
  const onFaultyDisk = async (key, update) => {
    // The limiter has campaigns of its own.
    const fault = !key.includes('/window/') && random() * 100 < diskFaults;
    if (fault && random() < 0.5) throw new Error('ENOSPC: no space left on device');
    const result = await update();
    if (fault) throw new Error('EIO: i/o error');
    return result;
  };
  return {
    ...store,
    update: (key, updater, how) => onFaultyDisk(key, () => store.update(key, updater, how)),
    updateGuarded: (key, updater, guard) => onFaultyDisk(key, () => store.updateGuarded(key, updater, guard)),
  };
}

/** @param {{ message: string, orderId?: number, outcome?: string }} entry */
function onLog({ orderId, outcome }) {
  if (orderId !== undefined) say({ orderId, kind: 'journal fault', message: outcome });
}

/** @param {object} line */
function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
