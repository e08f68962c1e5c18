// @ts-check
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@wemasy-orders/state/testing';
import { median } from '../mcp/start-up.js';
import { circumstances, table, writeSection } from '../page.js';
import { runLoad } from './load.js';
import { memoryOfReplicas } from './memory.js';
import { sandboxPage, startUpstream } from './processes.js';
import { compareThroughput } from './throughput.js';

const goal = 0.85;

/**
 * Two replicas of the built server for many shops, under load and with incidents; then one of them beside the SDK's bare
 * handler.
 *
 * @param {{ quick: boolean, seconds?: number, shops?: number, rate?: number }} options quick: a minute with fewer shops; writes no page
 */
export async function run({
  quick,
  seconds = quick ? 30 : 600,
  shops = quick ? 1_000 : 2_000,
  rate: callsPerSecond = 50,
}) {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-bench-hosted-'));
  const redis = await startRedis({ args: ['--appendfsync', 'everysec'] });
  const upstream = await startUpstream(await sandboxPage(25));
  try {
    const callers = await writeShops(folder, shops);
    const environment = {
      HOME: folder,
      WEMASY_AUTH: 'token',
      WEMASY_PUBLIC_URL: 'http://127.0.0.1/mcp',
      WEMASY_API_URL: upstream.url,
      WEMASY_SHOPS: join(folder, 'shops.json'),
      WEMASY_STATE: redis.url,
      WEMASY_LOG_LEVEL: 'error',
      WEMASY_DRAIN_MS: '5000',
    };
    const load = await runLoad({ callers, environment, seconds, callsPerSecond });
    const { tooMany, ledger } = await upstream.figures();
    const books = new Map(ledger);
    const count = (/** @type {(key: string) => boolean} */ is) => [...load.reported.keys()].filter(is).length;
    const reported = (/** @type {string} */ key) => load.reported.get(key);
    const denied = [...load.reported].filter(
      ([key, outcome]) => outcome !== 'synced' && outcome !== 'unknown' && books.has(key),
    );
    const checks = /** @type {const} */ ([
      ['answers of another shop', load.crossed],
      ['429 from the API', tooMany],
      ['orders booked twice', ledger.filter(([, bookings]) => bookings > 1).length],
      [
        'orders reported synced, and not in the books',
        count((key) => reported(key) === 'synced' && !books.has(key)),
      ],
      ['orders in the books, and reported neither synced nor unknown', denied.length],
      ['calls without an answer', load.failed.length],
      ['calls that failed at the drain', load.failedAtDrain],
    ]);
    const sorted = load.durations.toSorted((a, b) => a - b);
    const quantile = (/** @type {number} */ part) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
    // Each replica gets every second call.
    const memory = memoryOfReplicas(load.memory, (2 * shops * 1_000) / callsPerSecond);
    const loadRows = [
      ['Calls', `${load.calls} in ${seconds} s to ${shops} shops`],
      ...checks.map(([name, found]) => [name, String(found)]),
      ['calls made again, since their replica was killed', String(load.retried)],
      ['failures that callers got', JSON.stringify(load.refused).slice(1, -1) || 'none'],
      ['p50, p99 (ms)', `${quantile(0.5).toFixed(0)}, ${quantile(0.99).toFixed(0)}`],
      ...memory.lines.map((line) => ['memory (MB)', line]),
    ];
    for (const row of loadRows) console.log(row.join(': '));
    for (const failure of load.failed.slice(0, 5)) console.log(`  ${failure}`);
    for (const [key, code] of denied.slice(0, 5))
      console.log(`  ${key} is in the books, and its caller got ${code}`);
    const isKept = checks.every(([, found]) => found === 0);
    console.log(`${isKept ? 'Kept' : 'NOT kept'}: nothing crossed, refused upstream, lost or booked twice.`);
    console.log(`${memory.isFlat ? 'Kept' : 'NOT kept'}: the heap grows by at most 1 MB a minute.`);
    if (!isKept) process.exitCode = 1;

    const comparison = await compareThroughput({
      callers,
      environment,
      apiUrl: upstream.url,
      // Short ones in turn: what else runs on the machine then meets both.
      rounds: quick ? 4 : 12,
      secondsEach: quick ? 2 : 4,
    });
    const ratio = median(comparison.pairs.map(({ ours, bare }) => ours.callsPerSecond / bare.callsPerSecond));
    const each = (/** @type {'ours' | 'bare'} */ which) => ({
      rate: median(comparison.pairs.map((pair) => pair[which].callsPerSecond)),
      cpuMs: median(comparison.pairs.map((pair) => pair[which].cpuMsPerCall)),
    });
    const [ours, bare] = [each('ours'), each('bare')];
    const comparedRows = [
      ['calls a second: one replica, bare SDK handler', `${ours.rate.toFixed(0)}, ${bare.rate.toFixed(0)}`],
      [
        'CPU a call: one replica, bare SDK handler (ms)',
        `${ours.cpuMs.toFixed(2)}, ${bare.cpuMs.toFixed(2)}`,
      ],
      ['throughput, × the bare SDK handler', ratio.toFixed(2)],
    ];
    for (const row of comparedRows) console.log(row.join(': '));
    console.log(`${ratio >= goal ? 'Kept' : 'NOT kept'}: throughput ≥ ${goal} × the bare SDK handler.`);
    if (!quick)
      await writeSection(
        'Hosted server',
        report([...loadRows, ...comparedRows], { bytes: comparison.bytes, callsPerSecond }),
      );
  } finally {
    upstream.kill();
    await redis.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * A file of shops, each with a caller of its own.
 *
 * @param {string} folder
 * @param {number} count
 */
async function writeShops(folder, count) {
  await mkdir(join(folder, 'tokens'));
  const callers = Array.from({ length: count }, (_, index) => ({
    token: `token-of-shop-${index}`,
    secret: randomBytes(24).toString('base64url'),
  }));
  await Promise.all(callers.map(({ token }) => writeFile(join(folder, 'tokens', token), token)));
  const shops = callers.map(({ token, secret }) => ({
    account: token,
    api_token_file: `tokens/${token}`,
    secrets: [
      {
        name: token,
        sha256: createHash('sha256').update(secret).digest('hex'),
        scopes: ['orders:read', 'orders:sync'],
      },
    ],
  }));
  await writeFile(join(folder, 'shops.json'), JSON.stringify({ shops }));
  return callers;
}

/** @param {string[][]} rows @param {{ bytes: number, callsPerSecond: number }} facts */
function report(rows, { bytes, callsPerSecond }) {
  return `\`npm run bench -- hosted\`, ${circumstances()}

Two replicas, one Redis (AOF, \`appendfsync everysec\`), one API with a shop for each token: its orders carry the shop's mark, and
its windows are Laravel's. All run on one machine, with the program that calls: ${callsPerSecond} calls a second over all shops in
turn, every tenth of which sends an order. After a third of the time one replica is killed, after two thirds one is drained.
The heap is what a replica holds after a full collection; its slope leaves out the time in which a new one meets its shops.

The bare handler is the SDK's, with one tool that gets the page from the same API and answers with the same payload (25 orders,
${bytes} bytes); it authenticates, counts and checks nothing, and has the answer ready. It makes a server for each request, streams
its answer and calls Node's \`fetch\`; a replica makes a server only for calls that need one, answers with one text, and calls
over \`node:http\`. V8's flags are the same.

${table(['What', 'Figure'], rows)}
`;
}
