// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startLargeShop } from './large-shop.js';

const cli = fileURLToPath(new URL('../../../../apps/cli/dist/main.js', import.meta.url));
const sandboxFile = fileURLToPath(new URL('../../../../apps/sandbox/dist/main.js', import.meta.url));
const state = mkdtempSync(join(tmpdir(), 'wemasy-orders-bench-'));

/**
 * Measures the built command line.
 *
 * - Time to the first line of output, beside bare Node, which takes turns with it.
 * - The most memory that listing 100,000 orders took.
 * - 60 orders by sync-due against the sandbox with a window of 2 s, beside the best time that the API's limit leaves:
 *   60 orders at 5 a window are 12 windows, so the last one begins 11 windows after the first order.
 */
export async function run() {
  try {
    console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`);
    await start();
    await memory();
    await nightly();
  } finally {
    rmSync(state, { recursive: true });
  }
}

async function start() {
  const shop = await startLargeShop(25);
  const environment = environmentOf(shop.url, 'listOrders=100000/60');
  const lines = {
    'bare Node': ['--eval', 'console.log(1)'],
    'wemasy-orders --version': [cli, '--version'],
    'wemasy-orders list': [cli, 'list'],
  };
  /** @type {Record<string, number[]>} */
  const times = {};
  for (let round = 0; round < 15; round += 1) {
    for (const [name, args] of Object.entries(lines)) {
      (times[name] ??= []).push(await firstLineMs(args, environment));
    }
  }
  shop.close();
  for (const [name, all] of Object.entries(times)) {
    all.sort((a, b) => a - b);
    console.log(
      `first line of ${name}: median ${all[all.length >> 1]?.toFixed(0)} ms, best ${all[0]?.toFixed(0)} ms`,
    );
  }
}

async function memory() {
  const shop = await startLargeShop(100_000);
  const environment = environmentOf(shop.url, 'listOrders=100000/60');
  // Node prints what the operating system says was the most.
  const report =
    'data:text/javascript,process.on("exit",()=>process._rawDebug("peak",process.resourceUsage().maxRSS/1024))';
  for (const format of ['ndjson', 'table']) {
    const args = ['--import', report, cli, 'list', '--all', '--format', format];
    const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let lines = 0;
    createInterface({ input: child.stdout }).on('line', () => (lines += 1));
    const said = await text(child.stderr);
    const peak = Number(/peak (\S+)/.exec(said)?.[1]);
    console.log(`list --all --format ${format}: ${lines} lines, at most ${peak.toFixed(0)} MB`);
  }
  shop.close();
}

async function nightly() {
  const windowSeconds = 2;
  const sandbox = spawn(
    process.execPath,
    [sandboxFile, '--port', '0', '--orders', '119', '--window-seconds', String(windowSeconds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(sandbox, 'exit');
  let url = '';
  for await (const line of createInterface({ input: sandbox.stdout })) {
    url = /listening on (http\S+)/.exec(line)?.[1] ?? '';
    if (url !== '') break;
  }
  const environment = environmentOf(url, `listOrders=60/${windowSeconds},syncOrder=5/${windowSeconds}`);
  const child = spawn(process.execPath, [cli, 'sync-due', '--every-status', '--yes', '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { started_at: startedAt, ended_at: endedAt, counts } = JSON.parse(await text(child.stdout));
  sandbox.kill();
  await exited;
  const tookMs = Date.parse(endedAt) - Date.parse(startedAt);
  const bestMs = Math.floor((counts.synced - 1) / 5) * windowSeconds * 1_000;
  const over = ((tookMs / bestMs - 1) * 100).toFixed(1);
  console.log(
    `sync-due: ${counts.synced} orders in ${tookMs} ms, best possible ${bestMs} ms: ${over} % over`,
  );
}

/** @param {string} url @param {string} limits */
function environmentOf(url, limits) {
  return {
    WEMASY_API_URL: url,
    WEMASY_API_TOKEN: 'sandbox-full-access',
    WEMASY_STATE: state,
    WEMASY_RATE_LIMITS: limits,
  };
}

/** @param {readonly string[]} args @param {NodeJS.ProcessEnv} environment */
async function firstLineMs(args, environment) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  await once(child.stdout, 'data');
  const tookMs = performance.now() - startedAt;
  child.stdout.resume();
  await exited;
  return tookMs;
}
