// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * How long the built sandbox takes to start with a large shop, and to list orders of it. Every search is a
 * new one, since a text that was searched before is answered from what was counted then.
 *
 *   node bench/list-latency.js [orders, default 100000] [requests a kind, default 120]
 */
const [orders = '100000', requests = '120'] = process.argv.slice(2);
const rounds = Number(requests);

const sortKeys = ['created_at', 'order_number', 'status', 'total_amount', 'payment_method', 'invoice_id'];
const statuses = ['on_hold', 'paid', 'completed', 'cancelled', 'failed'];
const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];

/** @type {<Item>(items: readonly Item[], index: number) => Item | undefined} */
const cycle = (items, index) => items[index % items.length];
const shortText = (/** @type {number} */ index) =>
  index < letters.length
    ? cycle(letters, index)
    : `${cycle(letters, index)}${cycle(letters, Math.floor(index / letters.length) * 7 + index)}`;

/** @type {Record<string, (index: number) => { body: object, page?: number }>} */
const kinds = {
  'no filter, any sort key and page': (index) => ({
    body: { sortKey: cycle(sortKeys, index), sortOrder: index % 2 === 0 ? 'asc' : 'desc' },
    page: 1 + ((index * 97) % 9_000),
  }),
  status: (index) => ({ body: { status: cycle(statuses, index), sortKey: cycle(sortKeys, index) } }),
  'search of 3 letters or more': (index) => ({ body: { search_query: `${100 + index}` } }),
  'search of 1 or 2 letters': (index) => ({ body: { search_query: shortText(index) } }),
  'status and search of 3 or more': (index) => ({
    body: { status: cycle(statuses, index), search_query: `${500 + index}`, sortKey: cycle(sortKeys, index) },
  }),
  'status and search of 1 or 2': (index) => ({
    body: { status: cycle(statuses, index), search_query: shortText(index + 400) },
  }),
};

const before = performance.now();
const child = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('../dist/main.js', import.meta.url)),
    ...['--port', '0', '--orders', orders, '--window-seconds', '1'],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
process.once('exit', () => child.kill());
const [line] = await once(createInterface({ input: child.stdout }), 'line');
const apiUrl = String(line).replace(/^.* on /, '');
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`);
console.log(`${orders} orders seeded and listening after ${(performance.now() - before).toFixed(0)} ms\n`);

/** @param {{ body: object, page?: number }} query */
async function measure({ body, page = 1 }) {
  for (;;) {
    const began = performance.now();
    const response = await fetch(`${apiUrl}/services/webshop/v1/orders/all?page=${page}`, {
      method: 'POST',
      headers: {
        Authorization: 'Bearer sandbox-full-access',
        Accept: 'application/json',
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ per_page: 10, ...body }),
    });
    await response.text();
    const tookMs = performance.now() - began;
    if (response.status === 200) return tookMs;
    if (response.status !== 429) throw new Error(`answered with ${response.status}`);
    // The window of one second is used up.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @param {readonly number[]} sorted @param {number} share */
const quantile = (sorted, share) => (sorted[Math.ceil(sorted.length * share) - 1] ?? NaN).toFixed(1);
/** @param {string} name @param {readonly number[]} times */
function report(name, times) {
  const sorted = times.toSorted((a, b) => a - b);
  const figures = [quantile(sorted, 0.5), quantile(sorted, 0.95), quantile(sorted, 1)];
  console.log(name.padEnd(36), figures.map((figure) => figure.padStart(8)).join(''));
}

console.log('ms'.padEnd(36), ['p50', 'p95', 'max'].map((title) => title.padStart(8)).join(''));
for (let index = 0; index < 20; index += 1) await measure({ body: { search_query: `warm ${index}` } });
/** @type {number[]} */
const all = [];
for (const [name, query] of Object.entries(kinds)) {
  const times = [];
  for (let index = 0; index < rounds; index += 1) times.push(await measure(query(index)));
  report(name, times);
  all.push(...times);
}
report('all', all);
child.kill();
