// @ts-check
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startThrottledServer } from './server.js';

/**
 * @typedef {object} Cell
 * @property {string} strategy
 * @property {import('./server.js').ServerKind} [kind] default: `laravel`
 * @property {number} [tries] how often a call is sent at most; default: until it is accepted
 * @property {string} store
 * @property {number} processes
 * @property {number} limit
 * @property {number} windowMs
 * @property {number} windows how many to run
 */
/**
 * @typedef {object} Figures
 * @property {number} share of the allowance that was used, from the second window on
 * @property {number} rejectedPerWindow
 * @property {number} rejected
 * @property {number} seen refusals that a caller saw, after all tries
 * @property {number} waitP50 in windows
 * @property {number} waitP99 in windows
 * @property {number} cpuMs for each accepted call, over all processes
 */

const worker = fileURLToPath(new URL('worker.js', import.meta.url));

/**
 * Puts a server under load from as many processes as asked, with two windows' worth of calls always waiting.
 *
 * @param {Cell} cell
 * @returns {Promise<Figures>}
 */
export async function measure({
  strategy,
  kind = 'laravel',
  tries,
  store,
  processes,
  limit,
  windowMs,
  windows,
}) {
  const server = await startThrottledServer({ kind, limit, windowMs });
  const job = {
    strategy,
    kind,
    tries,
    store,
    limit,
    windowMs,
    url: server.url,
    concurrency: Math.ceil((2 * limit) / processes),
  };
  const workers = Array.from({ length: processes }, () => fork(worker, [JSON.stringify(job)]));
  await Promise.all(workers.map((each) => once(each, 'message')));
  // The first window is for warming up: new processes, new connections, nothing compiled.
  const isOver = () => {
    const { windows: opened, acceptedAt } = server.figures();
    return kind === 'laravel'
      ? opened.length >= windows + 2
      : performance.now() >= (acceptedAt[0] ?? Infinity) + (windows + 1) * windowMs;
  };
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, windowMs / 50));
  const { windows: opened, counts, acceptedAt, rejected } = server.figures();
  const reports = await Promise.all(
    workers.map(async (each) => {
      const answer = once(each, 'message');
      each.send('stop');
      const [{ waits, seen, cpuMs }] = await answer;
      await once(each, 'exit');
      return { waits, seen, cpuMs };
    }),
  );
  await server.close();
  // Whole windows where the first call opens them; elsewhere the same time for all.
  const startedAt = (acceptedAt[0] ?? 0) + windowMs;
  const [accepted, spanMs] =
    kind === 'laravel'
      ? [
          counts.slice(1, windows + 1).reduce((sum, each) => sum + each, 0),
          (opened[windows + 1] ?? 0) - (opened[1] ?? 0),
        ]
      : [
          acceptedAt.filter((at) => at >= startedAt && at < startedAt + windows * windowMs).length,
          windows * windowMs,
        ];
  const waits = reports.flatMap((report) => report.waits).sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => waits[Math.floor(part * (waits.length - 1))] ?? Number.NaN;
  return {
    share: accepted / ((limit * spanMs) / windowMs),
    rejected,
    seen: reports.reduce((sum, report) => sum + report.seen, 0),
    rejectedPerWindow: rejected / (windows + 1),
    waitP50: at(0.5),
    waitP99: at(0.99),
    cpuMs: reports.reduce((sum, report) => sum + report.cpuMs, 0) / Math.max(1, waits.length),
  };
}
