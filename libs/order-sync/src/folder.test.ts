import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damaged, damageKinds, sendJson, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { createFolderStore } from '@wemasy-orders/state/folder';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLimit } from '../e2e/support/limiter-of.js';
import { createSender, namespace } from '../e2e/support/sender.js';
import type { OrderSync } from './index.js';

let folder: string;
let upstream: Upstream;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-order-sync-'));
  upstream = await startUpstream((_, response) =>
    sendJson(response, 200, { error: false, message: 'Order synced to SnelStart.', data: [] }),
  );
});
afterEach(async () => {
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

function orderSyncOn(): OrderSync {
  const store = createFolderStore({ folder });
  return createSender({ url: upstream.url, store, rateLimiter: noLimit() }).orderSync;
}

const fileOf = (orderId: number) => join(folder, namespace, 'order', `${orderId}.json`);

describe('on a folder store', () => {
  it.each([
    ['cut short', (file: string) => truncate(file, 100)],
    ['emptied', (file: string) => truncate(file, 0)],
    ['overwritten', (file: string) => writeFile(file, Buffer.alloc(4096))],
  ])('a journal that was %s never leads to a send', async (_, damage) => {
    await orderSyncOn().sync(42);
    await damage(fileOf(42));
    await expect(orderSyncOn().sync(42)).rejects.toMatchObject({ code: 'outcome_unknown' });
    await expect(orderSyncOn().sync(42, { resend: true })).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(upstream.requests).toHaveLength(1);
    expect(await orderSyncOn().confirm(42, 'synced')).toMatchObject({ state: 'synced' });
    await expect(orderSyncOn().sync(42)).rejects.toMatchObject({ code: 'already_synced' });
  });

  it('a journal with any damage to its bytes never leads to a send', { timeout: 60_000 }, async () => {
    await orderSyncOn().sync(42);
    const whole = await readFile(fileOf(42));
    const damage = fc.record({
      kind: fc.constantFrom(...damageKinds),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      length: fc.integer({ min: 1, max: 200 }),
      noise: fc.uint8Array({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        await writeFile(fileOf(42), damaged(whole, how));
        await expect(orderSyncOn().sync(42)).rejects.toMatchObject({
          code: expect.stringMatching(/^(outcome_unknown|already_synced)$/),
        });
      }),
      { numRuns: 200 },
    );
    expect(upstream.requests).toHaveLength(1);
  });

  it('nothing is sent when the journal cannot be written to the disk', async () => {
    // A file where the journal's folder would be: as good as a disk that is full or forbids to write.
    await writeFile(join(folder, namespace), '');
    await expect(orderSyncOn().sync(42)).rejects.toMatchObject({ code: 'internal_error', effect: 'none' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('looking at an order leaves no trace of it', async () => {
    const orderSync = orderSyncOn();
    await orderSync.sync(1);
    await orderSync.history(42);
    expect(await readdir(join(folder, namespace, 'order'))).toEqual(['1.json']);
  });
});
