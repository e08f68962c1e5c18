// @ts-check
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrdersClient, rateLimitPolicies } from '@wemasy-orders/client';
import { createRateLimiter } from '@wemasy-orders/rate-limit';
import { createMemoryStore } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';
import { createOrderSync, journalAt } from '@wemasy-orders/order-sync';

const warmUps = 50;
const rounds = 500;

/**
 * What the journal adds to a sync on a folder store: the same orders, sent in turn through the bare client and through
 * OrderSync to an API on loopback that answers at once. TMPDIR chooses the disk.
 */
export async function run() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'x-ratelimit-limit': '1000000',
        'x-ratelimit-remaining': '999999',
      });
      response.end('{"error":false,"message":"Order synced to SnelStart.","data":[]}');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server has a port');

  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-cost-'));
  // The limiter has its own store, so that what it costs is in neither side of the comparison.
  const rateLimiter = createRateLimiter({
    store: createMemoryStore(),
    namespace: 'cost',
    policies: rateLimitPolicies({ syncOrder: { limit: 1_000_000, windowSeconds: 60 } }),
  });
  const client = createOrdersClient({
    token: 'sandbox-full-access',
    baseUrl: `http://127.0.0.1:${address.port}/api`,
    rateLimiter,
  });
  const orderSyncOn = (/** @type {import('@wemasy-orders/order-sync').JournalStore} */ store) =>
    createOrderSync({
      client,
      store,
      journal: journalAt(store, 'cost'),
      caller: { app: 'bench', version: '0.1.0' },
    });

  const bareStore = createFolderStore({ folder: join(folder, 'bare') });
  const guardKey = 'cost/journal';
  const expected = await bareStore.openGeneration(guardKey);
  const write = (/** @type {number} */ id) => () => ({ record: { id }, result: undefined });

  const sides = {
    'client alone': (/** @type {number} */ id) => client.sync(id),
    'with journal in memory': senderOf(orderSyncOn(createMemoryStore())),
    'with journal in a folder': senderOf(orderSyncOn(createFolderStore({ folder }))),
    'a durable write': (/** @type {number} */ id) =>
      bareStore.update(`cost/durable/${id}`, write(id), { durable: true }),
    'a guarded durable write': (/** @type {number} */ id) =>
      bareStore.updateGuarded(`cost/guarded/${id}`, write(id), { key: guardKey, expected }),
    'one fsync of 1 kB': () => fsync(join(folder, 'fsync')),
  };
  /** @type {Map<string, number[]>} */
  const times = new Map(Object.keys(sides).map((name) => [name, []]));
  for (let round = 1; round <= warmUps + rounds; round += 1) {
    for (const [name, run] of Object.entries(sides)) {
      const start = performance.now();
      await run(round);
      if (round > warmUps) times.get(name)?.push(performance.now() - start);
    }
  }

  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${folder}, ${rounds} rounds, ms`,
  );
  const bare = quantile(times.get('client alone') ?? [], 0.5);
  for (const [name, measured] of times) {
    const median = quantile(measured, 0.5);
    const added = name.startsWith('with') ? `  adds ${(median - bare).toFixed(2)}` : '';
    console.log(
      `${name.padEnd(26)} p50 ${median.toFixed(2)}  p95 ${quantile(measured, 0.95).toFixed(2)}  ` +
        `p99 ${quantile(measured, 0.99).toFixed(2)}${added}`,
    );
  }

  await bareStore.close();
  await rateLimiter.close();
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
}

/** @param {import('@wemasy-orders/order-sync').OrderSync} orderSync */
function senderOf(orderSync) {
  return (/** @type {number} */ id) => orderSync.sync(id);
}

/** For comparison: what this disk takes to make anything durable. */
function fsync(/** @type {string} */ file) {
  const fd = openSync(file, 'w');
  writeSync(fd, Buffer.alloc(1_024));
  fsyncSync(fd);
  closeSync(fd);
}

/** @param {readonly number[]} measured @param {number} share */
function quantile(measured, share) {
  return measured.toSorted((a, b) => a - b)[Math.floor(measured.length * share)] ?? Number.NaN;
}
