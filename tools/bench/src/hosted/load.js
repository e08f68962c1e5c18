// @ts-check
import { setTimeout } from 'node:timers/promises';
import { marksIn, openConnections } from './call.js';
import { markOf } from './mark.js';
import { heapOf, memoryOf, startReplica, untilNotReady } from './processes.js';

/** @typedef {Awaited<ReturnType<typeof startReplica>>} Replica */

/**
 * Memory of a replica at one moment, in MB (10^6 bytes).
 *
 * @typedef {{ pid: number, atMs: number, heap: number, resident: number }} MemorySample heap: after a full collection
 */

/** Time between two looks at the memory, in ms: each costs the replica a full collection. */
const sampleEveryMs = 20_000;

/** @typedef {{ secret: string, token: string }} Caller */

/**
 * Calls at a steady rate, whatever the answers take, over all shops in turn. Every tenth call sends an order. In the middle
 * one replica is killed and another takes its place; later the other is drained and replaced. A call that breaks with the
 * killed replica is made again, as a client or a proxy does.
 *
 * @param {object} options
 * @param {readonly Caller[]} options.callers
 * @param {Record<string, string>} options.environment
 * @param {number} options.seconds
 * @param {number} options.callsPerSecond
 */
export async function runLoad({ callers, environment, seconds, callsPerSecond }) {
  const { call, close } = openConnections();
  /** @type {Replica[]} replicas that the proxy sends calls to */
  const ready = [
    await startReplica(environment, { canCollect: true }),
    await startReplica(environment, { canCollect: true }),
  ];
  const memory = /** @type {MemorySample[]} */ ([]);
  const figures = {
    calls: 0,
    crossed: 0,
    failed: /** @type {string[]} */ ([]),
    retried: 0,
    failedAtDrain: 0,
    refused: /** @type {Record<string, number>} */ ({}),
    durations: /** @type {number[]} */ ([]),
    /** @type {Map<string, string>} by token and order: `synced`, `unknown`, or the code of the failure */
    reported: new Map(),
  };
  let isKilling = false;
  let isDraining = false;
  let next = 0;

  /** @param {Caller} caller @param {string} name @param {object} args */
  async function attempt(caller, name, args) {
    for (let tries = 0; ; tries += 1) {
      const replica = ready[(next += 1) % ready.length];
      if (replica === undefined) throw new Error('no replica is ready');
      try {
        return await call(replica.origin, caller.secret, name, args);
      } catch (error) {
        if (isDraining) figures.failedAtDrain += 1;
        if (!isKilling || tries >= 5) throw error;
        figures.retried += 1;
        await setTimeout(50);
      }
    }
  }

  /** @param {number} index */
  async function one(index) {
    const caller = callers[index % callers.length];
    if (caller === undefined) throw new TypeError('there is a caller');
    const round = Math.floor(index / callers.length);
    const isSync = (index + round) % 10 === 9;
    // Each round over the shops sends other orders.
    const orderId = round + 1;
    const since = performance.now();
    figures.calls += 1;
    try {
      const answer = isSync
        ? await attempt(caller, 'sync_order', { order_id: orderId })
        : await attempt(caller, 'list_orders', { per_page: 25 });
      figures.durations.push(performance.now() - since);
      const code = answer.isError ? (/^\w+/.exec(answer.text)?.[0] ?? '') : undefined;
      if (code !== undefined) figures.refused[code] = (figures.refused[code] ?? 0) + 1;
      if (isSync) {
        const isBooked = code === undefined || code === 'already_synced';
        // `in_progress` says that the server goes on with it.
        const isUnknown = code === 'outcome_unknown' || code === 'in_progress';
        figures.reported.set(
          `${caller.token} ${orderId}`,
          isBooked ? 'synced' : isUnknown ? 'unknown' : code,
        );
      } else if (code === undefined && marksIn(answer).some((mark) => mark !== markOf(caller.token))) {
        figures.crossed += 1;
      }
    } catch (error) {
      figures.failed.push(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {number} from first shop @param {number} count */
  async function warm(from, count) {
    await Promise.all(
      callers
        .slice(from, from + count)
        .flatMap(({ secret }) =>
          ready.map(({ origin }) => call(origin, secret, 'list_orders', { per_page: 1 })),
        ),
    );
  }
  for (let from = 0; from < callers.length; from += 50) await warm(from, 50);

  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  const sampling = (async () => {
    while (elapsed() < seconds * 1_000) {
      for (const replica of [...ready]) {
        const heap = await heapOf(replica);
        const { pid } = replica;
        if (heap !== undefined) memory.push({ pid, atMs: elapsed(), heap, resident: memoryOf(pid) });
      }
      await setTimeout(Math.min(sampleEveryMs, seconds * 1_000 - elapsed()));
    }
  })();
  const incidents = (async () => {
    await setTimeout((seconds * 1_000) / 3);
    const [killed] = ready;
    isKilling = true;
    await killed?.kill();
    ready.shift();
    ready.push(await startReplica(environment, { canCollect: true }));
    await setTimeout(1_000);
    isKilling = false;
    await setTimeout((seconds * 1_000) / 3 - 1_000);
    const [drained] = ready;
    if (drained === undefined) return;
    const fresh = await startReplica(environment, { canCollect: true });
    isDraining = true;
    const ended = drained.end();
    await untilNotReady(drained.origin);
    ready.splice(ready.indexOf(drained), 1, fresh);
    await ended;
    isDraining = false;
  })();
  const calls = [];
  for (let index = 0; elapsed() < seconds * 1_000; index += 1) {
    calls.push(one(index));
    const dueMs = ((index + 1) / callsPerSecond) * 1_000;
    if (dueMs > elapsed()) await setTimeout(dueMs - elapsed());
  }
  await Promise.all([...calls, sampling, incidents]);
  for (const { end } of ready) await end();
  close();
  return { ...figures, memory };
}
