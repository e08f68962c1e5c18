import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { rejectionHeaders, type Script, sendJson, startUpstream } from '@wemasy-orders/client/testing';
import type { RateLimiter } from '@wemasy-orders/rate-limit';
import { createMemoryStore } from '@wemasy-orders/state';
import { createVirtualClock, type VirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Fault, faultyStore } from '../e2e/support/faulty-store.js';
import { noLimit } from '../e2e/support/limiter-of.js';
import { createSender } from '../e2e/support/sender.js';
import { type JournalWarning, type OrderSync, OutcomeNotRecordedError, type SyncedOrder } from './index.js';

const message = 'Order synced to SnelStart.';

interface Api {
  /** How it treats the first request; it accepts all further ones. `books` counts what it puts into the books. */
  readonly behave: (books: { entries: number }) => Script;
  /** How often the journal is updated by a sync. */
  readonly updates: number;
}

const apis: Record<string, Api> = {
  accepts: { behave: () => () => undefined, updates: 3 },
  rejects: {
    behave: () => (_, response) => sendJson(response, 422, { message: 'No.', errors: {} }),
    updates: 3,
  },
  'accepts, but the answer is lost': {
    behave: (books) => (_, response) => {
      books.entries += 1;
      response.destroy();
    },
    updates: 3,
  },
  'accepts, but says that it failed': {
    behave: (books) => (_, response) => {
      books.entries += 1;
      sendJson(response, 200, { error: true, message: 'SnelStart took too long.', data: [] });
    },
    updates: 3,
  },
  'asks for patience': {
    behave: () => (_, response) =>
      sendJson(response, 429, { error: true, message: 'Too Many Attempts.' }, rejectionHeaders(60)),
    updates: 5,
  },
};

const faults: Fault[] = ['fails', 'fails after writing', 'fails from now on', 'dies', 'dies after writing'];

/** A pid that no process has, so that the survivors see that the first process is gone. */
const pidOfTheDead = spawnSync(process.execPath, ['--version']).pid;

type Reply = { readonly synced: SyncedOrder } | { readonly code: unknown } | 'nothing';

/** What the caller of a sync gets; nothing if its process dies first. */
async function replyOf(orderSync: OrderSync, dead: Promise<void>, clock: VirtualClock): Promise<Reply> {
  let reply: Reply | undefined;
  const call = orderSync.sync(42).then(
    (synced) => ({ synced }),
    (error: { code?: unknown }) => ({ code: error.code }),
  );
  void Promise.race([call, dead.then(() => 'nothing' as const)]).then((result) => (reply = result));
  while (reply === undefined) await clock.advance(100);
  return reply;
}

describe.each(Object.entries(apis))('when the API %s', (_, { behave, updates }) => {
  describe.each(faults)('and the journal %s', (fault) => {
    it.each(Array.from({ length: updates }, (_, index) => index + 1))(
      'at update %d, the order is in the books once at most',
      async (nth) => {
        const books = { entries: 0 };
        let script: Script | undefined = behave(books);
        const upstream = await startUpstream((request, response, index) => {
          if (index === 0) void script?.(request, response, index);
          if (response.writableEnded || response.destroyed) return;
          books.entries += 1;
          sendJson(response, 200, { error: false, message, data: [] });
        });
        const clock = createVirtualClock();
        const store = createMemoryStore({ clock });
        const first = faultyStore(store, nth, fault);
        const journalWarnings: JournalWarning[] = [];
        const doomed = createSender({
          url: upstream.url,
          store: first,
          clock,
          process: { pid: pidOfTheDead, host: hostname() },
          rateLimiter: noLimit(),
          onJournalWarning: (warning) => journalWarnings.push(warning),
        });
        const reply = await replyOf(doomed.orderSync, first.dead, clock);
        expect(first.struck()).toBe(true);

        // The first caller got the truth.
        if (reply !== 'nothing' && 'synced' in reply) {
          expect(books.entries).toBe(1);
          expect(reply.synced.recorded).toBe(journalWarnings.length === 0);
        } else if (reply !== 'nothing' && reply.code !== 'outcome_unknown') {
          expect(books.entries).toBe(0);
        }

        // Another process finds a journal that it can read, and the order gets into the books once or is named unknown.
        script = undefined;
        const entriesBefore = books.entries;
        const survivor = createSender({ url: upstream.url, store, clock, rateLimiter: noLimit() });
        const known = await survivor.orderSync.history(42);
        const outcome = await replyOf(survivor.orderSync, new Promise(() => undefined), clock);
        expect(books.entries).toBeLessThanOrEqual(1);
        if (entriesBefore === 1) {
          expect(['synced', 'unknown']).toContain(known.state);
          expect(outcome).toEqual({ code: known.state === 'synced' ? 'already_synced' : 'outcome_unknown' });
        } else {
          expect(['not_sent', 'rejected', 'unknown']).toContain(known.state);
          if (known.state === 'unknown') expect(outcome).toEqual({ code: 'outcome_unknown' });
          else expect(outcome).toMatchObject({ synced: { message } });
        }

        await Promise.all([doomed, survivor].map(({ client }) => client.close()));
        await upstream.close();
      },
    );
  });
});

describe('an outcome that could not be written', () => {
  /** A sender whose disk is full from the moment on that the API has got a request, by default the first. */
  async function sceneOf(
    options: {
      readonly onFault?: (fault: JournalWarning) => void;
      readonly answer?: readonly [status: number, body: object, headers?: Readonly<Record<string, string>>];
      readonly fullFrom?: number;
      readonly rateLimiter?: RateLimiter | undefined;
    } = {},
  ) {
    const {
      onFault,
      answer: [status, body, headers] = [200, { error: false, message, data: [] }],
      fullFrom = 0,
      rateLimiter,
    } = { rateLimiter: noLimit(), ...options };
    const disk = { full: false };
    const upstream = await startUpstream((_, response, index) => {
      if (index >= fullFrom) disk.full = true;
      sendJson(response, status, body, headers);
    });
    onTestFinished(() => upstream.close());
    const clock = createVirtualClock();
    const store = createMemoryStore({ clock });
    const journalWarnings: JournalWarning[] = [];
    const sender = createSender({
      url: upstream.url,
      store: {
        ...store,
        update: (key, updater, options) =>
          disk.full ? Promise.reject(new Error('ENOSPC')) : store.update(key, updater, options),
        updateGuarded: (key, updater, guard) =>
          disk.full ? Promise.reject(new Error('ENOSPC')) : store.updateGuarded(key, updater, guard),
      },
      clock,
      rateLimiter,
      onJournalWarning: (fault) => {
        journalWarnings.push(fault);
        onFault?.(fault);
      },
    });
    const other = createSender({ url: upstream.url, store, clock, rateLimiter: noLimit() });
    const alive = new Promise<never>(() => undefined);
    return {
      clock,
      disk,
      upstream,
      journalWarnings,
      orderSync: sender.orderSync,
      sync: () => replyOf(sender.orderSync, alive, clock),
      syncByAnother: () => replyOf(other.orderSync, alive, clock),
    };
  }

  it('is in the answer and in the log, and is written with the next event of the order', async () => {
    const { disk, upstream, journalWarnings, orderSync, sync } = await sceneOf();
    expect(await sync()).toMatchObject({ synced: { message, recorded: false } });
    expect(journalWarnings).toMatchObject([{ orderId: 42, outcome: 'synced', cause: { message: 'ENOSPC' } }]);
    expect(await sync()).toEqual({ code: 'internal_error' });
    await expect(orderSync.sync(42)).rejects.toThrow('(an earlier outcome could not be recorded yet)');

    disk.full = false;
    expect(await sync()).toEqual({ code: 'already_synced' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('is in the answer although the log throws, and is written later all the same', async () => {
    const { disk, journalWarnings, sync, syncByAnother } = await sceneOf({
      onFault: () => {
        throw new Error('the log is full');
      },
    });
    expect(await sync()).toMatchObject({ synced: { message, recorded: false } });
    expect(journalWarnings).toHaveLength(1);
    disk.full = false;
    expect(await sync()).toEqual({ code: 'already_synced' });
    expect(await syncByAnother()).toEqual({ code: 'already_synced' });
  });

  it('is part of the error when the API rejected the order, until it is written', async () => {
    const rejection = [422, { message: 'No.', errors: { order_id: ['Unknown.'] } }] as const;
    const { disk, clock, orderSync, syncByAnother } = await sceneOf({ answer: rejection });
    let error: unknown;
    void orderSync.sync(42).catch((thrown: unknown) => (error = thrown));
    while (error === undefined) await clock.advance(100);
    expect(error).toBeInstanceOf(OutcomeNotRecordedError);
    expect(error).toMatchObject({
      code: 'validation_failed',
      effect: 'none',
      apiErrors: { order_id: ['Unknown.'] },
      message: expect.stringContaining('other processes call the outcome unknown until it is'),
    });
    expect(await syncByAnother()).toEqual({ code: 'outcome_unknown' });
    disk.full = false;
    await clock.advance(60_000);
    expect(await orderSync.history(42)).toMatchObject({ state: 'rejected' });
  });

  it.each([
    ['before the first retry', { fullFrom: 0, rateLimiter: undefined }],
    ['after the last one', { fullFrom: 2 }],
  ])(
    'is part of the error when the API kept refusing, %s, until the attempt is taken back',
    async (_, scene) => {
      const answer = [429, { error: true, message: 'Too Many Attempts.' }, rejectionHeaders(600)] as const;
      const { disk, clock, orderSync, syncByAnother } = await sceneOf({ answer, ...scene });
      let error: unknown;
      void orderSync.sync(42, { maxWaitMs: 10 }).catch((thrown: unknown) => (error = thrown));
      while (error === undefined) await clock.advance(100);
      expect(error).toBeInstanceOf(OutcomeNotRecordedError);
      expect(error).toMatchObject({ code: 'rate_limited', effect: 'none', retryable: true });
      expect(error).toHaveProperty('retryAfterSeconds', expect.any(Number));
      expect(await syncByAnother()).toEqual({ code: 'outcome_unknown' });
      disk.full = false;
      await clock.advance(60_000);
      expect(await orderSync.history(42)).toMatchObject({ state: 'not_sent', attempts: [] });
    },
  );

  it('is unknown to other processes', async () => {
    const { upstream, sync, syncByAnother } = await sceneOf();
    await sync();
    expect(await syncByAnother()).toEqual({ code: 'outcome_unknown' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('is written as soon as the store works again, without another call', async () => {
    const { clock, disk, sync, syncByAnother } = await sceneOf();
    expect(await sync()).toMatchObject({ synced: { recorded: false } });
    await clock.advance(60_000);
    disk.full = false;
    await clock.advance(10_000);
    expect(await syncByAnother()).toEqual({ code: 'already_synced' });
  });

  it('is written while the process ends, for ten seconds', async () => {
    const { clock, disk, orderSync, sync, syncByAnother } = await sceneOf();
    await sync();
    let isSettled = false;
    const settling = orderSync.settle().then(() => (isSettled = true));
    await clock.advance(3_000);
    expect(isSettled).toBe(false);
    disk.full = false;
    await clock.advance(1_000);
    expect(isSettled).toBe(true);
    await settling;
    expect(await syncByAnother()).toEqual({ code: 'already_synced' });
  });

  it('does not keep a process from ending that cannot write it', async () => {
    const { clock, orderSync, sync } = await sceneOf();
    await sync();
    const settling = orderSync.settle();
    await clock.advance(10_000);
    await settling;
  });
});
