// @ts-check
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { circumstances, table, writeSection } from '../page.js';
import { startRedis } from '../redis.js';
import { measure } from './measure.js';
import { installLibraries, versions } from './public-library.js';

/** @import { Cell, Figures } from './measure.js' */

/** Who is measured, with how many processes it makes sense, and over which store. */
const contestants = [
  { strategy: 'ours', store: 'memory', processes: [1] },
  { strategy: 'ours', store: 'folder', processes: [1, 4] },
  { strategy: 'ours', store: 'redis', processes: [1, 4] },
  { strategy: 'bottleneck', store: 'memory', processes: [1, 4] },
  { strategy: 'p-throttle', store: 'memory', processes: [1, 4] },
  { strategy: 'p-queue', store: 'memory', processes: [1, 4] },
  { strategy: 'limiter', store: 'memory', processes: [1, 4] },
  { strategy: 'rate-limiter-flexible', store: 'memory', processes: [1, 4] },
  { strategy: 'rate-limiter-flexible', store: 'redis', processes: [1, 4] },
  { strategy: 'naive-retry', store: 'memory', processes: [1, 4] },
];

/** The other kinds of server, and who is measured against them: with as many processes as its store can serve. */
const kinds = /** @type {const} */ ([
  { kind: 'calendar', name: 'calendar window', limit: 20, windowMs: 2_000, windows: 5 },
  { kind: 'github', name: 'GitHub (403, date)', limit: 20, windowMs: 4_000, windows: 3 },
  { kind: 'leaky-bucket', name: 'leaky bucket (Shopify)', limit: 40, windowMs: 2_000, windows: 5 },
  { kind: 'github', name: 'long window (GitHub)', limit: 150, windowMs: 10_000, windows: 2 },
  { kind: 'sliding-log', name: 'sliding log', limit: 20, windowMs: 2_000, windows: 5 },
]);
const rivals = [
  { strategy: 'ours', store: 'folder', processes: 1 },
  { strategy: 'bottleneck', store: 'memory', processes: 1 },
  { strategy: 'p-throttle', store: 'memory', processes: 1 },
  { strategy: 'rate-limiter-flexible', store: 'memory', processes: 1 },
  { strategy: 'ours', store: 'folder', processes: 4 },
  { strategy: 'rate-limiter-flexible', store: 'redis', processes: 4 },
];
const TRIES = 3;

/**
 * Our limiter and the public ones in turn, against a server that counts as Laravel does.
 *
 * @param {{ quick: boolean }} options quick: fewer windows, and none of 60 seconds; writes no page
 */
export async function run({ quick }) {
  installLibraries();
  const redis = await startRedis();
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-bench-state-'));
  let made = 0;
  const place = (/** @type {string} */ store) => {
    made += 1;
    // A new folder or database for each cell, so that no cell inherits a window.
    if (store === 'redis') return `${redis.url}/${made % 16}`;
    return store === 'folder' ? join(folder, String(made)) : store;
  };
  /** @param {Omit<Cell, 'store'> & { store: string }} cell @returns {Promise<string[]>} a row */
  const row = async (cell) => {
    const figures = await measure({ ...cell, store: place(cell.store) });
    const cells = rowOf(cell, figures);
    console.log(cells.join('  '));
    return cells;
  };
  try {
    /** @type {string[][]} */
    const short = [];
    for (const limit of [60, 5]) {
      for (const { strategy, store, processes } of contestants) {
        for (const count of processes) {
          short.push(
            await row({ strategy, store, processes: count, limit, windowMs: 2_000, windows: quick ? 3 : 6 }),
          );
        }
      }
    }
    /** @type {string[][]} */
    const others = [];
    for (const { name, ...server } of kinds) {
      for (const rival of rivals) {
        const cell = { ...server, ...rival, windows: quick ? 2 : server.windows };
        const figures = await measure({ ...cell, store: place(rival.store), tries: TRIES });
        const cells = kindRowOf(name, rival, figures);
        console.log(cells.join('  '));
        others.push(cells);
      }
    }
    if (quick) return;
    // Windows of 60 s take minutes each, so all stores run side by side; at this pace they do not disturb each other.
    const long = await Promise.all(
      [60, 5].flatMap((limit) =>
        [
          { store: 'memory', processes: 1 },
          { store: 'folder', processes: 4 },
          { store: 'redis', processes: 4 },
        ].map((each) => row({ strategy: 'ours', limit, windowMs: 60_000, windows: 3, ...each })),
      ),
    );
    await writeSection('Rate limiter', report(short, long, others));
  } finally {
    redis.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

const head = [
  'Limiter',
  'Store',
  'Processes',
  'Limit',
  'Allowance used',
  '429 a window',
  'Wait p50 · p99 (windows)',
  'CPU ms a call',
];

/** @param {Cell} cell @param {Figures} figures */
function rowOf({ strategy, store, processes, limit }, { share, rejectedPerWindow, waitP50, waitP99, cpuMs }) {
  return [
    strategy === 'ours' ? '**ours**' : strategy,
    store,
    String(processes),
    String(limit),
    `${(share * 100).toFixed(2)} %`,
    rejectedPerWindow === 0 ? '**0**' : rejectedPerWindow.toFixed(1),
    `${waitP50.toFixed(2)} · ${waitP99.toFixed(2)}`,
    cpuMs.toFixed(2),
  ];
}

const kindHead = [
  'Server',
  'Limiter',
  'Store',
  'Processes',
  'Allowance used',
  'Refused a window',
  'Refusals that callers saw',
];

/** @param {string} name @param {typeof rivals[number]} rival @param {Figures} figures */
function kindRowOf(name, { strategy, store, processes }, { share, rejectedPerWindow, seen }) {
  return [
    name,
    strategy === 'ours' ? '**ours**' : strategy,
    store,
    String(processes),
    `${(share * 100).toFixed(1)} %`,
    rejectedPerWindow === 0 ? '**0**' : rejectedPerWindow.toFixed(1),
    seen === 0 ? '**0**' : String(seen),
  ];
}

/** @param {string[][]} short @param {string[][]} long @param {string[][]} others */
function report(short, long, others) {
  const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `\`npm run bench -- rate-limit\`, ${circumstances()}

The server counts in fixed windows, as Laravel's throttle does, and is 5 to 60 ms away. Two windows' worth of calls are always
waiting; they are sent with \`node:http\` over open connections, and a rejected call is sent again after Retry-After.
\`Allowance used\` is the share of the server's allowance that was used, after one window of warming up. Libraries: ${libraries.join(', ')}.

Windows of 2 s, 6 of them:

${table(head, short)}

Windows of 60 s, 3 of them:

${table(head, long)}

Other kinds of server, with the same load. \`Allowance used\` counts the calls that were accepted in as many window lengths.
Here each limiter sends a call up to ${TRIES} times, and a refusal of the last one reaches the caller:

${table(kindHead, others)}
`;
}
