import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { walkOrders } from '@wemasy-orders/client';
import { syncMany } from '@wemasy-orders/order-sync';
import { startProxy } from './proxy.js';
import { createRandom, shuffled } from './random.js';
import { startRedisWorld } from './redis-world.js';
import { createStack, token, windowSeconds } from './stack.js';

/**
 * What a process got for an order.
 *
 * @typedef {{ orderId: number, kind: string, code?: string, message?: string, recorded?: boolean }} Reply
 */

/**
 * @typedef {object} Report
 * @property {number} seed
 * @property {readonly string[]} violations what must not happen and did
 * @property {Record<string, number>} faults what the proxy did to syncs
 * @property {Record<string, number>} replies what callers got, how often
 * @property {Record<string, number>} states of all orders when the chaos was over
 * @property {Record<string, number>} troubles what happened to the Redis, if there is one
 * @property {number} refusals how often a process was refused before anything was sent
 * @property {{ kills: number, freezes: number, requests: number, seconds: number }} totals
 */

/** A worker that got one of these need not ask again. */
const settledKinds = new Set(['synced', 'already_synced', 'rejected', 'unknown']);

const workers = 2;
const timeoutMs = 400;
const sandboxMain = fileURLToPath(new URL('../../../apps/sandbox/dist/main.js', import.meta.url));
const workerMain = fileURLToPath(new URL('worker.js', import.meta.url));

/**
 * Real processes send the same orders through a proxy that misbehaves, on a disk that is full now and then, and are
 * killed and frozen at random. They reach the same state under different environments, paths and names; a Redis is killed,
 * fails over and is emptied meanwhile. The sandbox's ledger is the truth that replies and journal are held against.
 *
 * @param {{ orders: number, seed: number, store: 'folder' | 'redis', log?: (line: string) => void }} options
 * @returns {Promise<Report>}
 */
export async function runCampaign({ orders, seed, store, log = () => undefined }) {
  const startedAt = Date.now();
  const random = createRandom(seed);
  const home = await mkdtemp(join(tmpdir(), 'wemasy-orders-campaign-'));
  const redis = store === 'redis' ? await startRedisWorld(createRandom(seed + 2)) : undefined;
  const sandbox = await startSandbox(orders);
  const proxy = await startProxy({ target: sandbox.url, random: createRandom(seed + 1), timeoutMs });
  const spellings = await environmentsOf({ home, url: proxy.url, redisUrl: redis?.url });
  const direct = await createStack({
    home,
    environment: spellings[0] ?? {},
    timeoutMs: 5_000,
    app: 'campaign',
  });
  const trouble = new AbortController();
  try {
    const known = await idsOf(direct.client);
    // These do not exist; the API rejects them. So many that not all of the rejections get lost.
    const strange = Array.from({ length: Math.ceil(orders / 8) }, (_, index) => 1_000_000 + index);
    const orderIds = [...known, ...strange];
    const resendIds = shuffled(random, known).slice(0, Math.ceil(orders / 20));

    /** @type {Reply[]} */
    const replies = [];
    const totals = { kills: 0, freezes: 0 };
    let processes = 0;
    const troubles = redis?.trouble(trouble.signal);
    await Promise.all(
      Array.from({ length: workers }, async (_, index) => {
        const options = {
          home,
          timeoutMs,
          app: `worker-${index + 1}`,
          diskFaults: 2,
        };
        // Half in the same order as the others, so that they meet; half apart.
        const mine = [
          ...orderIds.slice(0, orderIds.length / 2),
          ...shuffled(random, orderIds.slice(orderIds.length / 2)),
        ];
        /** @type {Set<number>} */
        const settled = new Set();
        /** Orders that were sent again, and whether the outcome of that is known. @type {Map<number, boolean>} */
        const resent = new Map();
        for (let round = 0; ; round += 1) {
          // A few are asked for again although this worker knows their outcome.
          const asked = mine.filter((orderId) => !settled.has(orderId) || random() < 0.02);
          // A worker that is killed while it resends one of those does not know the outcome of that.
          for (const orderId of asked) settled.delete(orderId);
          const done = await runWorker({
            options: {
              ...options,
              environment: spellings[(processes += 1) % spellings.length],
              orderIds: asked,
              resendIds: index === 0 ? resendIds.filter((orderId) => resent.get(orderId) !== true) : [],
              seed: seed + round * workers + index,
            },
            hear(line) {
              replies.push(line);
              if (line.kind === 'resend') resent.set(line.orderId, false);
              // Not an answer: it is asked for again, also by a later process.
              if (line.kind === 'not_sent') settled.delete(line.orderId);
              if (!settledKinds.has(line.kind)) return;
              settled.add(line.orderId);
              if (resent.has(line.orderId)) resent.set(line.orderId, true);
            },
            random,
            totals,
          });
          log(
            `worker ${index + 1}, process ${round + 1} ${done ? 'ended' : 'was killed'}: ` +
              `${settled.size} of ${mine.length} orders settled`,
          );
          if (done) return;
        }
      }),
    );
    trouble.abort();
    await troubles;
    proxy.behave();
    // What the proxy still holds back reaches the API later than anybody waits for it.
    await pause(timeoutMs * 2);
    const violations = [];
    const ledger = await sandbox.ledger();
    /** @type {Record<string, number>} */
    const states = {};
    for (const orderId of orderIds) {
      const history = await direct.orderSync.history(orderId);
      states[history.state] = (states[history.state] ?? 0) + 1;
      violations.push(
        ...violationsOf(orderId, history, {
          entries: ledger.get(orderId) ?? 0,
          replies: replies.filter((line) => line.orderId === orderId),
          mayResend: resendIds.includes(orderId),
        }),
      );
    }
    violations.push(...(await violationsAfterwards({ direct, orderIds, strange, resendIds, sandbox })));

    return {
      seed,
      violations,
      faults: proxy.counts,
      troubles: redis?.counts ?? {},
      refusals: replies.filter(({ code }) => code === 'configuration_error').length,
      replies: countBy(replies, ({ kind, code }) => (code === undefined ? kind : `${kind} (${code})`)),
      states,
      totals: {
        ...totals,
        requests: Object.values(proxy.counts).reduce((sum, count) => sum + count, 0),
        seconds: (Date.now() - startedAt) / 1000,
      },
    };
  } finally {
    trouble.abort();
    await direct.close();
    await proxy.close();
    sandbox.kill();
    await redis?.close();
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * The same user, API and state, as different clients pass them on.
 *
 * @param {{ home: string, url: string, redisUrl: string | undefined }} options
 * @returns {Promise<Record<string, string>[]>}
 */
async function environmentsOf({ home, url, redisUrl }) {
  const folder = join(home, '.wemasy-orders');
  const link = join(home, 'link');
  await mkdir(folder, { mode: 0o700 });
  await symlink(folder, link);
  const places =
    redisUrl === undefined
      ? [{}, { WEMASY_STATE: link }, { WEMASY_STATE: `${folder}/.` }]
      : [{ WEMASY_STATE: redisUrl }];
  const names = [
    { WEMASY_API_URL: url },
    { WEMASY_API_URL: `${url}/`, HOME: '', XDG_STATE_HOME: 'relative' },
    { WEMASY_API_URL: url, WEMASY_ACCOUNT: ' Default ' },
    { WEMASY_API_URL: url.replace('/api', '/a%70i'), LOCALAPPDATA: '/elsewhere', WEMASY_ACCOUNT: 'default' },
  ];
  return names.flatMap((name) => places.map((place) => ({ ...name, ...place })));
}

/**
 * Compares one order's journal, and every outcome that was reported, with the ledger.
 *
 * @param {number} orderId
 * @param {import('@wemasy-orders/order-sync').OrderHistory} history
 * @param {{ entries: number, replies: readonly Reply[], mayResend: boolean }} truth `entries`: of the ledger
 */
function violationsOf(orderId, { state, attempts }, { entries, replies, mayResend }) {
  const count = (/** @type {string} */ wanted) =>
    attempts.filter((attempt) => attempt.state === wanted).length;
  const once = attempts.filter(({ resend }) => resend !== true);
  const onceRejected = once.filter((attempt) => attempt.state === 'rejected').length;
  /** @type {[boolean, string][]} */
  const rules = [
    [entries <= 1 || mayResend, `is in the ledger ${entries} times, and no caller asked for a resend`],
    [
      entries >= count('synced'),
      `is recorded as synced ${count('synced')} times, the ledger has it ${entries} times`,
    ],
    [
      entries <= count('synced') + count('unknown'),
      `is in the ledger ${entries} times, of which the journal explains ${count('synced') + count('unknown')}`,
    ],
    [
      once.length <= onceRejected + 1,
      `was sent ${once.length} times without resend, ${onceRejected} rejected`,
    ],
    [['synced', 'rejected', 'unknown'].includes(state), `ends as ${state}`],
  ];
  for (const { kind, message } of replies) {
    if (kind === 'synced' || kind === 'already_synced')
      rules.push([entries > 0, `was reported ${kind}: not in the ledger`]);
    if (kind === 'unknown')
      rules.push([
        message?.includes('SnelStart') === true,
        'is unknown, and no caller was advised what to do',
      ]);
  }
  // A process may be frozen before it reports, so the order of reports says nothing. A report of "synced" that could not be
  // recorded knows more than the journal.
  const isNamed = replies.some(({ kind, recorded }) => kind === 'unknown' || recorded === false);
  rules.push([state !== 'unknown' || isNamed, 'is unknown, and no caller was informed']);
  const words = replies.map(({ kind }) => kind).join(', ');
  const recorded = attempts.map((attempt) => (attempt.resend ? `${attempt.state} by resend` : attempt.state));
  return rules
    .filter(([holds]) => !holds)
    .map(([, fault]) => `order ${orderId} ${fault} (replies: ${words}; journal: ${recorded.join(', ')})`);
}

/**
 * A human looks into the ledger and confirms what is there; then everything runs again, without any fault. In the
 * end every order that the shop has is in the ledger, once.
 *
 * @param {{ direct: Awaited<ReturnType<typeof createStack>>, orderIds: number[], strange: number[], resendIds: number[],
 *   sandbox: Awaited<ReturnType<typeof startSandbox>> }} scene
 */
async function violationsAfterwards({ direct, orderIds, strange, resendIds, sandbox }) {
  const violations = [];
  const before = await sandbox.ledger();
  for (const orderId of orderIds) {
    const { state } = await direct.orderSync.history(orderId);
    if (state === 'unknown')
      await direct.orderSync.confirm(orderId, before.has(orderId) ? 'synced' : 'not_synced');
  }
  for await (const { orderId, outcome } of syncMany(direct.orderSync, orderIds)) {
    const expected = strange.includes(orderId)
      ? ['rejected']
      : [before.has(orderId) ? 'already_synced' : 'synced'];
    if (!expected.includes(outcome))
      violations.push(`order ${orderId} is ${outcome} in the last run, not ${expected}`);
  }
  const after = await sandbox.ledger();
  for (const orderId of orderIds) {
    const entries = after.get(orderId) ?? 0;
    if (
      strange.includes(orderId) ? entries > 0 : entries === 0 || (entries > 1 && !resendIds.includes(orderId))
    ) {
      violations.push(`order ${orderId} is in the ledger ${entries} times when all is done`);
    }
  }
  return violations;
}

/**
 * Runs one process until it ends or is killed; it is more often frozen for a while.
 *
 * @param {object} scene
 * @param {object} scene.options what the worker takes
 * @param {(line: Reply) => void} scene.hear called with each outcome
 * @param {import('./random.js').Random} scene.random
 * @param {{ kills: number, freezes: number }} scene.totals
 * @returns {Promise<boolean>} whether it ended by itself
 */
async function runWorker({ options, hear, random, totals }) {
  const child = spawn(process.execPath, [workerMain, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const lines = createInterface({ input: child.stdout });
  const read = (async () => {
    for await (const line of lines) {
      // A killed process may leave half a line.
      if (line.endsWith('}')) hear(JSON.parse(line));
    }
  })();
  const stop = new AbortController();
  const trouble = (async () => {
    for (;;) {
      await pause(500 + random() * 6_000, undefined, { signal: stop.signal });
      if (random() < 0.6) {
        totals.kills += 1;
        child.kill('SIGKILL');
        return;
      }
      totals.freezes += 1;
      child.kill('SIGSTOP');
      await pause(200 + random() * 1_500, undefined, { signal: stop.signal });
      child.kill('SIGCONT');
    }
  })().catch(() => undefined);
  const { code, signal } = await exited;
  stop.abort();
  await Promise.all([trouble, read]);
  if (signal === null && code !== 0) throw new Error(`a worker failed with exit code ${code}`);
  return signal === null;
}

/** @param {number} orders */
async function startSandbox(orders) {
  const child = spawn(
    process.execPath,
    [sandboxMain, '--port', '0', '--orders', String(orders), '--window-seconds', String(windowSeconds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the sandbox ended with exit code ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [address] = /http:\S+/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
  return {
    url: String(url),
    kill: () => child.kill('SIGKILL'),
    /** How often each order is in the books. */
    async ledger() {
      const answer = await fetch(new URL('/sandbox/ledger', url), {
        headers: { authorization: `Bearer ${token}` },
      });
      const entries = /** @type {{ order_id: number }[]} */ (await answer.json());
      /** @type {Map<number, number>} */
      const counts = new Map();
      for (const { order_id: orderId } of entries) counts.set(orderId, (counts.get(orderId) ?? 0) + 1);
      return counts;
    },
  };
}

/** @param {Awaited<ReturnType<typeof createStack>>['client']} client */
async function idsOf(client) {
  /** @type {number[]} */
  const ids = [];
  for await (const { orders } of walkOrders({ client })) ids.push(...orders.map(({ id }) => id));
  return ids;
}

/**
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => string} name
 */
function countBy(items, name) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const item of items) counts[name(item)] = (counts[name(item)] ?? 0) + 1;
  return counts;
}
