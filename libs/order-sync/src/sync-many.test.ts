import {
  AuthenticationError,
  ConfigurationError,
  ConnectionError,
  PermissionError,
  RateLimitedError,
  ValidationFailedError,
} from '@wemasy-orders/client';
import { sendJson, type Script, startUpstream, type Upstream } from '@wemasy-orders/client/testing';
import { createMemoryStore } from '@wemasy-orders/state';
import { afterEach, describe, expect, it } from 'vitest';
import { limiterOf, noLimit } from '../e2e/support/limiter-of.js';
import { createSender, type SenderOptions } from '../e2e/support/sender.js';
import {
  AlreadySyncedError,
  JournalUnavailableError,
  JournalUnreadableError,
  type OrderSync,
  RepeatedUnknownError,
  syncMany,
  type SyncManyOptions,
  type SyncOptions,
  type SyncOutcome,
  SyncOutcomeUnknownError,
  type SyncProgress,
  type UnknownOutcomeMoment,
} from './index.js';

const upstreams: Upstream[] = [];
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
});

/** An upstream that answers the order ids in `scripts` as they say, and accepts all others. */
async function upstreamWith(scripts: Readonly<Record<number, Script>> = {}): Promise<Upstream> {
  const upstream = await startUpstream(async (request, response, index) => {
    const script = scripts[idOf(request)];
    if (script !== undefined) await script(request, response, index);
    else sendJson(response, 200, { error: false, message: 'Order synced to SnelStart.', data: [] });
  });
  upstreams.push(upstream);
  return upstream;
}

function idOf({ body }: { readonly body: string }): number {
  return Number(/\d+/.exec(body)?.[0]);
}

const orderSyncOf = (options: SenderOptions) =>
  createSender({ rateLimiter: noLimit(), ...options }).orderSync;

const lose: Script = (_, response) => void response.destroy();
const reject: Script = (_, response) => sendJson(response, 422, { message: 'No.', errors: {} });

/** Runs to the end, and returns what was yielded and the error that ended it. */
async function collect(run: AsyncIterable<SyncOutcome>) {
  const outcomes: [number, string][] = [];
  let error: unknown;
  try {
    for await (const { orderId, outcome } of run) outcomes.push([orderId, outcome]);
  } catch (thrown) {
    error = thrown;
  }
  return { outcomes, error };
}

describe('syncMany', () => {
  it('yields the outcome of each order; a failure does not stop the others', async () => {
    const upstream = await upstreamWith({ 2: reject, 3: lose });
    const orderSync = orderSyncOf({ url: upstream.url });
    await orderSync.sync(4);
    expect(await collect(syncMany(orderSync, [1, 2, 3, 4, -5, 6]))).toEqual({
      outcomes: [
        [1, 'synced'],
        [2, 'rejected'],
        [3, 'unknown'],
        [4, 'already_synced'],
        [-5, 'not_sent'],
        [6, 'synced'],
      ],
      error: undefined,
    });
  });

  it('takes ids as they come, and an id twice', async () => {
    const upstream = await upstreamWith();
    async function* ids() {
      yield 1;
      yield 1;
    }
    expect((await collect(syncMany(orderSyncOf({ url: upstream.url }), ids()))).outcomes).toEqual([
      [1, 'synced'],
      [1, 'already_synced'],
    ]);
  });

  it('continues where it stopped when it runs again', async () => {
    const upstream = await upstreamWith();
    const store = createMemoryStore();
    for await (const { orderId } of syncMany(orderSyncOf({ url: upstream.url, store }), [1, 2, 3, 4])) {
      if (orderId === 2) break;
    }
    expect(
      (await collect(syncMany(orderSyncOf({ url: upstream.url, store }), [1, 2, 3, 4]))).outcomes,
    ).toEqual([
      [1, 'already_synced'],
      [2, 'already_synced'],
      [3, 'synced'],
      [4, 'synced'],
    ]);
    expect(upstream.requests.map(idOf)).toEqual([1, 2, 3, 4]);
  });

  it.each([
    [401, 'authentication_failed'],
    [403, 'permission_denied'],
  ])('ends when the token does not do: %d', async (status, code) => {
    const upstream = await upstreamWith({
      2: (_, response) => sendJson(response, status, { error: true, message: 'No.' }),
    });
    expect(await collect(syncMany(orderSyncOf({ url: upstream.url }), [1, 2, 3]))).toEqual({
      outcomes: [
        [1, 'synced'],
        [2, 'rejected'],
      ],
      error: expect.objectContaining({ code }),
    });
    expect(upstream.requests.map(idOf)).toEqual([1, 2]);
  });

  it('ends when the journal cannot be written, since nothing could be sent any more', async () => {
    const upstream = await upstreamWith();
    const fail = () => Promise.reject(new Error('ENOSPC'));
    const store = { update: fail, updateGuarded: fail, openGeneration: fail };
    expect(await collect(syncMany(orderSyncOf({ url: upstream.url, store }), [1, 2]))).toEqual({
      outcomes: [[1, 'not_sent']],
      error: expect.objectContaining({ code: 'internal_error' }),
    });
  });

  it('ends when one outcome after the other gets lost, before it makes more work for a human', async () => {
    const upstream = await upstreamWith({ 1: lose, 2: reject, 3: lose, 4: lose, 5: lose });
    const { outcomes, error } = await collect(
      syncMany(orderSyncOf({ url: upstream.url }), [1, 2, 3, 4, 5, 6, 7]),
    );
    expect(outcomes.map(([, outcome]) => outcome)).toEqual([
      'unknown',
      'rejected',
      'unknown',
      'unknown',
      'unknown',
    ]);
    expect(error).toBeInstanceOf(RepeatedUnknownError);
    expect(error).toMatchObject({ orderId: 5, inRow: 3 });
    expect(upstream.requests).toHaveLength(5);
  });

  it('does not count outcomes that were unknown before', async () => {
    const upstream = await upstreamWith({ 1: lose, 2: lose, 3: lose });
    const orderSync = orderSyncOf({ url: upstream.url });
    await collect(syncMany(orderSync, [1, 2, 3], { maxUnknownInRow: 10 }));
    expect(await collect(syncMany(orderSync, [1, 2, 3, 4]))).toEqual({
      outcomes: [
        [1, 'unknown'],
        [2, 'unknown'],
        [3, 'unknown'],
        [4, 'synced'],
      ],
      error: undefined,
    });
  });

  it('is cancelled before an order is sent without a word about that order', async () => {
    const upstream = await upstreamWith();
    const cancel = new AbortController();
    const orderSync = orderSyncOf({ url: upstream.url, rateLimiter: undefined, limit: 2 });
    const { outcomes, error } = await collect(
      syncMany(orderSync, [1, 2, 3, 4], {
        signal: cancel.signal,
        onProgress: ({ step }) => {
          if (step === 'wait') cancel.abort();
        },
      }),
    );
    expect(error).toBeUndefined();
    expect(outcomes).toEqual([
      [1, 'synced'],
      [2, 'synced'],
    ]);
  });

  it('yields the order that is under way when it is cancelled, and then ends', async () => {
    const cancel = new AbortController();
    const upstream = await upstreamWith({
      2: (_, response) => {
        cancel.abort();
        sendJson(response, 200, { error: false, message: 'Order synced to SnelStart.', data: [] });
      },
    });
    const started: number[] = [];
    const run = syncMany(orderSyncOf({ url: upstream.url }), [1, 2, 3], {
      signal: cancel.signal,
      onProgress: ({ step, orderId }) => step === 'start' && started.push(orderId),
    });
    expect(await collect(run)).toEqual({
      outcomes: [
        [1, 'synced'],
        [2, 'synced'],
      ],
      error: undefined,
    });
    expect(started).toEqual([1, 2]);
  });

  it('reports its progress', async () => {
    const upstream = await upstreamWith({ 2: reject });
    const progress: SyncProgress[] = [];
    await collect(
      syncMany(orderSyncOf({ url: upstream.url }), [1, 2], { onProgress: (step) => progress.push(step) }),
    );
    expect(progress).toEqual([
      { step: 'start', orderId: 1, done: 0 },
      { step: 'end', orderId: 1, done: 1, outcome: 'synced' },
      { step: 'start', orderId: 2, done: 1 },
      { step: 'end', orderId: 2, done: 2, outcome: 'rejected' },
    ]);
  });

  it('yields the outcome of each order, even if its listener throws', async () => {
    const upstream = await upstreamWith({ 2: reject });
    const onProgress = () => {
      throw new Error('the terminal is gone');
    };
    expect(await collect(syncMany(orderSyncOf({ url: upstream.url }), [1, 2], { onProgress }))).toEqual({
      outcomes: [
        [1, 'synced'],
        [2, 'rejected'],
      ],
      error: undefined,
    });
  });

  it('rethrows an error that is no order’s outcome', async () => {
    const upstream = await upstreamWith();
    const orderSync = orderSyncOf({ url: upstream.url, rateLimiter: limiterOf([]).rateLimiter });
    expect(await collect(syncMany(orderSync, [1]))).toMatchObject({
      outcomes: [],
      error: { message: 'no permit is left' },
    });
  });
});

describe('a run over orders with these outcomes', () => {
  const by = { app: 'tests', version: '1.0.0', pid: 1, host: 'laptop', instance: 'a' };
  const startedAt = '2026-11-22T09:00:00.000Z';
  const attempt = { id: 'a1', startedAt, leaseUntil: startedAt, endedAt: startedAt, by };
  const unknown = (moment: UnknownOutcomeMoment) => new SyncOutcomeUnknownError(1, moment, attempt);
  const ends = {
    synced: undefined,
    rejected: new ValidationFailedError({ status: 422 }),
    'already synced': new AlreadySyncedError(1, { ...attempt, state: 'synced', message: '' }),
    'lost now': unknown('now'),
    'lost by another process': unknown('meanwhile'),
    'unknown before': unknown('before'),
    'under way': unknown('under_way'),
    unreadable: new JournalUnreadableError(1, { reason: 'it is damaged', newer: false }),
    'no permit': new RateLimitedError('local', 60),
    'refused by the API': new RateLimitedError('upstream', 60),
    'no connection': new ConnectionError('none', 'ECONNREFUSED'),
    'no settings': new ConfigurationError('The API token is empty.'),
    'no token': new AuthenticationError({ status: 401 }),
    'no right': new PermissionError({ status: 403 }),
    'no journal': new JournalUnavailableError(1, undefined),
  };
  type End = keyof typeof ends;

  async function run(given: readonly End[], options: SyncManyOptions = {}) {
    const calls: SyncOptions[] = [];
    const sync: OrderSync['sync'] = async (orderId, call = {}) => {
      calls.push(call);
      const end = ends[given[orderId - 1] ?? 'synced'];
      if (end !== undefined) throw end;
      return { orderId, message: '', syncedAt: startedAt, recorded: true };
    };
    const ids = given.map((_, at) => at + 1);
    return { ...(await collect(syncMany({ sync }, ids, options))), calls };
  }

  it.each<[End, string]>([
    ['synced', 'synced'],
    ['rejected', 'rejected'],
    ['already synced', 'already_synced'],
    ['lost now', 'unknown'],
    ['unknown before', 'unknown'],
    ['unreadable', 'unknown'],
    ['no permit', 'not_sent'],
    ['refused by the API', 'not_sent'],
    ['no connection', 'not_sent'],
  ])('%s: calls it %s, and goes on', async (end, outcome) => {
    expect(await run([end, 'synced'])).toMatchObject({
      outcomes: [
        [1, outcome],
        [2, 'synced'],
      ],
      error: undefined,
    });
  });

  it.each<End>(['no settings', 'no token', 'no right', 'no journal'])(
    '%s: ends, since every further order would meet the same',
    async (end) => {
      const { outcomes, error } = await run(['synced', end, 'synced']);
      expect(outcomes).toHaveLength(2);
      expect(error).toBe(ends[end]);
    },
  );

  it.each<[readonly End[], number]>([
    [['lost now', 'lost now', 'lost now', 'synced'], 3],
    [['lost now', 'lost by another process', 'lost now', 'synced'], 3],
    [['lost now', 'synced', 'lost now', 'lost now', 'synced'], 5],
    [['lost now', 'rejected', 'lost now', 'lost now', 'synced'], 5],
    [['lost now', 'already synced', 'lost now', 'no connection', 'lost now', 'synced'], 5],
    [['lost now', 'unknown before', 'lost now', 'under way', 'unreadable', 'lost now', 'synced'], 6],
    [['unknown before', 'unknown before', 'unknown before', 'synced'], 4],
  ])('%j: yields %i of them', async (given, yielded) => {
    const { outcomes, error } = await run(given);
    expect(outcomes).toHaveLength(yielded);
    if (yielded === given.length) expect(error).toBeUndefined();
    else expect(error).toMatchObject({ name: 'RepeatedUnknownError', orderId: yielded, inRow: 3 });
  });

  it('waits for each permit as long as the caller says, or as long as it takes', async () => {
    const { signal } = new AbortController();
    const { calls } = await run(['synced'], { maxWaitMs: 7, signal, priority: 'background' });
    expect(calls).toEqual([{ maxWaitMs: 7, signal, priority: 'background', onWait: expect.any(Function) }]);
    expect((await run(['synced'])).calls).toMatchObject([{ maxWaitMs: Infinity }]);
  });
});
