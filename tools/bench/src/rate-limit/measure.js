// @ts-check
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startThrottledServer } from './server.js';

/**
 * @typedef {object} Cell
 * @property {string} strategy
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
export async function measure({ strategy, store, processes, limit, windowMs, windows }) {
  const server = await startThrottledServer({ limit, windowMs });
  const job = {
    strategy,
    store,
    limit,
    windowMs,
    url: server.url,
    concurrency: Math.ceil((2 * limit) / processes),
  };
  const workers = Array.from({ length: processes }, () => fork(worker, [JSON.stringify(job)]));
  await Promise.all(workers.map((each) => once(each, 'message')));
  // The first window is for warming up: new processes, new connections, nothing compiled.
  while (server.figures().windows.length < windows + 2)
    await new Promise((resolve) => setTimeout(resolve, windowMs / 50));
  const { windows: opened, counts, rejected } = server.figures();
  const reports = await Promise.all(
    workers.map(async (each) => {
      const answer = once(each, 'message');
      each.send('stop');
      const [{ waits, cpuMs }] = await answer;
      await once(each, 'exit');
      return { waits, cpuMs };
    }),
  );
  await server.close();
  const spanMs = (opened[windows + 1] ?? 0) - (opened[1] ?? 0);
  const accepted = counts.slice(1, windows + 1).reduce((sum, each) => sum + each, 0);
  const waits = reports.flatMap((report) => report.waits).sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => waits[Math.floor(part * (waits.length - 1))] ?? Number.NaN;
  return {
    share: accepted / ((limit * spanMs) / windowMs),
    rejected,
    rejectedPerWindow: rejected / (windows + 1),
    waitP50: at(0.5),
    waitP99: at(0.99),
    cpuMs: reports.reduce((sum, report) => sum + report.cpuMs, 0) / Math.max(1, waits.length),
  };
}
