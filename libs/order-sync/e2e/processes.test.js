import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { accountNamespace } from '@wemasy-orders/state';
import { sendJson, startUpstream } from '@wemasy-orders/client/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStack, token } from './support/stack.js';

const worker = fileURLToPath(new URL('./support/worker.js', import.meta.url));

/** @type {string} */
let folder;
/** @type {(() => unknown)[]} */
let closers;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-order-sync-'));
  closers = [() => rm(folder, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

/** @param {import('@wemasy-orders/client/testing').Script} script */
async function upstreamWith(script) {
  const upstream = await startUpstream(script);
  closers.push(() => upstream.close());
  return upstream;
}

/** @param {import('node:http').ServerResponse} response */
function accept(response) {
  sendJson(response, 200, { error: false, message: 'Order synced to SnelStart.', data: [] });
}

/** @param {string} url @param {string} app */
function stackOptions(url, app) {
  return { url, folder, timeoutMs: 10_000, app };
}

/**
 * Starts a process that sends these orders.
 *
 * @param {string} url
 * @param {number[]} orderIds
 */
function startWorker(url, orderIds) {
  const options = { ...stackOptions(url, 'worker'), orderIds };
  const child = spawn(process.execPath, [worker, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(() => child.kill('SIGKILL'));
  /** @type {{ orderId: number, kind: string }[]} */
  const replies = [];
  const reading = (async () => {
    for await (const line of createInterface({ input: child.stdout })) replies.push(JSON.parse(line));
  })();
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return {
    replies,
    /** Resolves when it has ended by itself or was killed. */
    ended: Promise.all([exited, reading]),
    kill: () => child.kill('SIGKILL'),
  };
}

describe('processes that share a folder', () => {
  it('send each order once when all are given the same orders at the same time', async () => {
    const upstream = await upstreamWith((_, response) => void setTimeout(() => accept(response), 20));
    const orderIds = [1, 2, 3, 4, 5, 6, 7, 8];
    const workers = Array.from({ length: 4 }, () => startWorker(upstream.url, orderIds));
    await Promise.all(workers.map(({ ended }) => ended));
    expect(upstream.requests.map(({ body }) => body).toSorted()).toEqual(
      orderIds.map((id) => `{"order_id":${id}}`),
    );
    for (const { replies } of workers) {
      expect(replies.map(({ orderId }) => orderId)).toEqual(orderIds);
      expect(replies.every(({ kind }) => kind === 'synced' || kind === 'already_synced')).toBe(true);
    }
  });

  it('do not send an order again whose sender was killed: they name it unknown at once', async () => {
    /** @type {() => void} */
    let arrived = () => undefined;
    const arrival = new Promise((resolve) => (arrived = () => resolve(undefined)));
    const upstream = await upstreamWith(() => arrived());
    const doomed = startWorker(upstream.url, [42]);
    await arrival;
    doomed.kill();
    await doomed.ended;
    const survivor = startWorker(upstream.url, [42]);
    await survivor.ended;
    expect(survivor.replies).toMatchObject([{ orderId: 42, kind: 'unknown' }]);
    expect(upstream.requests).toHaveLength(1);
  });

  it('leave a journal that only its owner can read, and can grep', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync, close } = createStack(stackOptions(upstream.url, 'wemasy-orders-mcp'));
    closers.push(close);
    const { syncedAt } = await orderSync.sync(42);
    const orders = join(folder, accountNamespace(upstream.url, token), 'order');
    const [file = ''] = (await readdir(orders)).filter((name) => name.endsWith('.json'));
    expect(file).toBe('42.json');
    expect((await stat(join(orders, file))).mode & 0o777).toBe(0o600);
    const text = await readFile(join(orders, file), 'utf8');
    expect(text).toContain(`"state": "synced"`);
    expect(text).toContain(`"endedAt": "${syncedAt}"`);
    expect(text).toContain(`"app": "wemasy-orders-mcp"`);
    expect(text).not.toContain(token);
  });
});
