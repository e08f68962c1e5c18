// @ts-check
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { openStore } from '../store.js';

const answered = /** @type {const} */ ({ kind: 'answered', status: 200, headers: new Headers() });

/** One permit after the other in a policy that never runs out. @param {string} store @param {number} permits */
export async function acquireCosts(store, permits) {
  const limiter = createRateLimiter({
    store: await openStore(store),
    namespace: 'cost',
    policies: [{ name: 'call', limit: 1_000_000, windowMs: 60_000 }],
  });
  /** @type {number[]} */
  const costs = [];
  for (let n = 0; n < permits; n += 1) {
    const since = performance.now();
    const permit = await limiter.acquire('call');
    costs.push(performance.now() - since);
    await permit.report(answered);
    // Paced: assistants do not call in a loop.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return costs;
}

/**
 * What a permit costs its caller.
 *
 * @param {string} redisUrl
 * @returns {Promise<string[][]>} rows: what, figure
 */
export async function measureCosts(redisUrl) {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-bench-cost-'));
  try {
    const later = await inEightProcesses('acquire', folder);
    const late = await inEightProcesses('idle', folder);
    const first = await firstAcquires(join(folder, 'alone'));
    return [
      [
        'acquire on the folder store, 8 processes, each every 20 ms: p50 · p99',
        `${ms(at(later, 0.5))} · ${ms(at(later, 0.99))}`,
      ],
      [
        'for comparison, the delay of the machine itself: how late a 20 ms timer fires in 8 idle processes: p50 · p99',
        `${ms(at(late, 0.5))} · ${ms(at(late, 0.99))}`,
      ],
      ['first acquire of a process on the folder store (median of 15)', ms(at(first, 0.5))],
      [
        'acquire and report on Redis over 10,000 accounts, 64 at a time, one process (median of 5)',
        `${await redisPairs(redisUrl)} pairs a second`,
      ],
      ['importing the library (median of 41, beside an empty module)', ms(importCost())],
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What eight processes measure at the same time, sorted; the first figure of each is for warming up.
 *
 * @param {'acquire' | 'idle'} what @param {string} folder
 */
async function inEightProcesses(what, folder) {
  const workers = Array.from({ length: 8 }, () => startWorker(what, folder));
  // None of them is measured while others still start.
  await Promise.all(workers.map((each) => once(each, 'message')));
  for (const each of workers) each.send('go');
  const figures = await Promise.all(workers.map((each) => once(each, 'message')));
  return figures.flatMap(([report]) => report.slice(1)).sort((a, b) => a - b);
}

/**
 * What the first permit costs each of several processes, one after the other on one folder; sorted.
 *
 * @param {string} folder
 */
async function firstAcquires(folder) {
  /** @type {number[]} */
  const figures = [];
  for (let n = 0; n < 15; n += 1) {
    const worker = startWorker('first', folder);
    await once(worker, 'message');
    worker.send('go');
    const [[figure]] = await once(worker, 'message');
    figures.push(figure);
  }
  return figures.sort((a, b) => a - b);
}

/** @param {'acquire' | 'idle' | 'first'} what @param {string} folder */
function startWorker(what, folder) {
  return fork(fileURLToPath(new URL('worker.js', import.meta.url)), [what, folder]);
}

/** How late a timer is, in ms. @param {number} timers */
export async function timerLateness(timers) {
  /** @type {number[]} */
  const late = [];
  for (let n = 0; n < timers; n += 1) {
    const due = performance.now() + 20;
    await new Promise((resolve) => setTimeout(resolve, 20));
    late.push(performance.now() - due);
  }
  return late;
}

/**
 * Pairs a second, the median of five runs over the same accounts.
 *
 * @param {string} url
 */
async function redisPairs(url) {
  const store = await openStore(url);
  const policies = [{ name: 'call', limit: 60, windowMs: 60_000 }];
  const limiters = Array.from({ length: 10_000 }, (_, n) =>
    createRateLimiter({ store, namespace: `account${n}`, policies }),
  );
  const total = 40_000;
  /** @type {number[]} */
  const rates = [];
  for (let run = 0; run < 5; run += 1) {
    let next = 0;
    const since = performance.now();
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (next < total) {
          const limiter = limiters[next++ % limiters.length];
          const permit = await limiter?.acquire('call');
          await permit?.report(answered);
        }
      }),
    );
    rates.push(Math.round((total / (performance.now() - since)) * 1000));
  }
  await store.close();
  return at(
    rates.sort((a, b) => a - b),
    0.5,
  );
}

/** Milliseconds that a process takes longer when it imports the library than when it imports an empty module. */
function importCost() {
  const library = import.meta.resolve('@wemasy-orders/rate-limit');
  const empty = import.meta.resolve('./empty-module.js');
  const timed = (/** @type {string} */ url) =>
    Number(
      execFileSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `await import('${url}'); process.stdout.write(String(performance.now()))`,
        ],
        { encoding: 'utf8' },
      ),
    );
  const differences = Array.from({ length: 41 }, () => timed(library) - timed(empty));
  return at(
    differences.sort((a, b) => a - b),
    0.5,
  );
}

/** @param {readonly number[]} sorted @param {number} part */
function at(sorted, part) {
  return sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
}

/** @param {number} value */
function ms(value) {
  return `${value.toFixed(2)} ms`;
}
