import { spawnSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import {
  AuthenticationError,
  CancelledError,
  ConnectionError,
  InvalidArgumentsError,
  RateLimitedError,
  UnexpectedResponseError,
  ValidationFailedError,
} from '@wemasy-orders/client';
import {
  largestPage,
  orderPage,
  rejectionHeaders,
  type Script,
  sendJson,
  startUpstream,
  unreachableUrl,
  type Upstream,
} from '@wemasy-orders/client/testing';
import { createMemoryStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { faultyStore } from '../e2e/support/faulty-store.js';
import { limiterOf } from '../e2e/support/limiter-of.js';
import { createSender, namespace, type Sender, type SenderOptions } from '../e2e/support/sender.js';
import {
  AlreadySyncedError,
  JournalUnavailableError,
  JournalUnreadableError,
  InvalidConfirmationError,
  RejectedByOtherProcessError,
  SyncOutcomeUnknownError,
  WriteRefusedError,
} from './index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function upstreamWith(script: Script): Promise<Upstream> {
  const upstream = await startUpstream(script);
  closers.push(() => upstream.close());
  return upstream;
}

function senderOf(options: SenderOptions): Sender {
  const sender = createSender(options);
  closers.push(() => sender.close());
  return sender;
}

const accept = (response: ServerResponse) =>
  sendJson(response, 200, { error: false, message: 'Order synced to SnelStart.', data: [] });

const failed = { error: true, message: 'SnelStart took too long.', data: [] };

function lose(response: ServerResponse): void {
  response.destroy();
}

/** An upstream that answers only on command. */
async function heldUpstream() {
  const arrivals: ServerResponse[] = [];
  const waiting: (() => void)[] = [];
  const upstream = await upstreamWith((_, response) => {
    arrivals.push(response);
    waiting.shift()?.();
  });
  return {
    upstream,
    /** The next request that has arrived and not been taken yet. */
    async arrival(): Promise<ServerResponse> {
      if (arrivals.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return arrivals.shift() ?? expect.fail('no request arrived');
    },
  };
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => expect.fail('the call succeeded'),
    (thrown: unknown) => thrown,
  );
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

/** The pid of a process that has ended. */
function pidOfTheDead(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('sync', () => {
  it('sends the order and says what the API said, and when', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url });
    const synced = await orderSync.sync(42);
    expect(synced).toEqual({
      orderId: 42,
      message: 'Order synced to SnelStart.',
      syncedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      recorded: true,
    });
    expect(upstream.requests.map(({ body }) => body)).toEqual(['{"order_id":42}']);
    expect(await orderSync.history(42)).toMatchObject({
      state: 'synced',
      attempts: [
        {
          state: 'synced',
          endedAt: synced.syncedAt,
          by: { app: 'tests', version: '1.0.0', pid: process.pid, host: hostname() },
        },
      ],
    });
  });

  it('writes "sending" before the request leaves', async () => {
    const { upstream, arrival } = await heldUpstream();
    const { orderSync } = senderOf({ url: upstream.url });
    const call = orderSync.sync(42);
    const response = await arrival();
    expect(await orderSync.history(42)).toMatchObject({ state: 'sending' });
    accept(response);
    await call;
  });

  it('refuses an order that is in bookkeeping, with when and by whom, and sends nothing', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const store = createMemoryStore();
    const first = await senderOf({ url: upstream.url, store }).orderSync.sync(42);
    const refusal = await failureOf(senderOf({ url: upstream.url, store }).orderSync.sync(42));
    expect(refusal).toBeInstanceOf(AlreadySyncedError);
    expect(refusal).toMatchObject({
      code: 'already_synced',
      syncedAt: first.syncedAt,
      by: { app: 'tests', version: '1.0.0' },
      apiMessage: 'Order synced to SnelStart.',
      effect: 'none',
      retryable: false,
      message: `Order 42 was sent to bookkeeping at ${first.syncedAt} by tests 1.0.0; it was not sent again.`,
    });
    expect(upstream.requests).toHaveLength(1);
  });

  it('sends it again when resend is set', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url });
    await orderSync.sync(42);
    await orderSync.sync(42, { resend: true });
    expect(upstream.requests).toHaveLength(2);
    expect(await orderSync.history(42)).toMatchObject({ attempts: [{}, { resend: true }] });
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('does not take %d for an order id', async (orderId) => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url });
    expect(await failureOf(orderSync.sync(orderId))).toBeInstanceOf(InvalidArgumentsError);
    expect(await failureOf(orderSync.confirm(orderId, 'synced'))).toBeInstanceOf(InvalidArgumentsError);
    expect(await failureOf(orderSync.history(orderId))).toBeInstanceOf(InvalidArgumentsError);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('a rejected order', () => {
  it.each([
    [422, { message: 'No.', errors: { order_id: ['No.'] } }, ValidationFailedError, 'validation_failed'],
    [401, { error: true, message: 'No.' }, AuthenticationError, 'authentication_failed'],
    [404, { error: true, message: 'No.' }, UnexpectedResponseError, 'unexpected_response'],
  ])(
    'is recorded with the API’s reason and may be sent again: %d',
    async (status, body, errorClass, code) => {
      const upstream = await upstreamWith((_, response, index) =>
        index === 0 ? sendJson(response, status, body) : accept(response),
      );
      const { orderSync } = senderOf({ url: upstream.url });
      expect(await failureOf(orderSync.sync(42))).toBeInstanceOf(errorClass);
      expect(await orderSync.history(42)).toMatchObject({
        state: 'rejected',
        attempts: [{ state: 'rejected', code, message: expect.stringMatching(/^No\./) }],
      });
      expect(await orderSync.sync(42)).toMatchObject({ orderId: 42 });
      expect(await orderSync.history(42)).toMatchObject({ state: 'synced' });
    },
  );
});

describe('a request that had no effect', () => {
  it('is repeated after a 429, and the journal does not call it sent meanwhile', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      index === 0
        ? sendJson(response, 429, { error: true, message: 'Too Many Attempts.' }, rejectionHeaders(0))
        : accept(response),
    );
    const { orderSync } = senderOf({ url: upstream.url });
    let stateWhileWaiting: Promise<unknown> | undefined;
    await orderSync.sync(42, {
      onWait: () => {
        stateWhileWaiting = orderSync.history(42);
      },
    });
    expect(await stateWhileWaiting).toEqual({ orderId: 42, state: 'not_sent', attempts: [] });
    expect(upstream.requests).toHaveLength(2);
    expect(await orderSync.history(42)).toMatchObject({ attempts: [{ state: 'synced' }] });
  });

  it('is unknown, and not repeated, after a 429 that SnelStart sent when the order was booked', async () => {
    const books: string[] = [];
    const upstream = await upstreamWith(({ body }, response) => {
      books.push(body);
      sendJson(response, 429, { message: 'Too Many Requests' }, { 'retry-after': '0' });
    });
    const { orderSync } = senderOf({ url: upstream.url });
    expect(await failureOf(orderSync.sync(42))).toMatchObject({ code: 'outcome_unknown', effect: 'unknown' });
    expect(await failureOf(orderSync.sync(42))).toMatchObject({ code: 'outcome_unknown', moment: 'before' });
    expect(books).toEqual(['{"order_id":42}']);
  });

  it('leaves no trace when the API keeps answering 429', async () => {
    const upstream = await upstreamWith((_, response) =>
      sendJson(response, 429, { error: true, message: 'Too Many Attempts.' }, rejectionHeaders(600)),
    );
    const { orderSync } = senderOf({ url: upstream.url });
    const failure = await failureOf(orderSync.sync(42, { maxWaitMs: 10 }));
    expect(failure).toBeInstanceOf(RateLimitedError);
    expect(failure).toMatchObject({ source: 'upstream', status: 429 });
    expect(failure).toHaveProperty(
      'retryAfterSeconds',
      expect.toSatisfy((seconds: number) => seconds >= 600),
    );
    expect(await orderSync.history(42)).toEqual({ orderId: 42, state: 'not_sent', attempts: [] });
  });

  it('leaves no trace when there is no connection', async () => {
    const { orderSync } = senderOf({ url: unreachableUrl });
    const failure = await failureOf(orderSync.sync(42));
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure).toMatchObject({ effect: 'none' });
    expect(await orderSync.history(42)).toEqual({ orderId: 42, state: 'not_sent', attempts: [] });
  });
});

describe('an unknown outcome', () => {
  const losses: [string, Script][] = [
    ['the connection breaks', (_, response) => lose(response)],
    ['the API fails', (_, response) => sendJson(response, 500, { error: true, message: 'Server Error' })],
    [
      'a machine in front of the API gives up',
      (_, response) => sendJson(response, 408, { message: 'Late.' }),
    ],
    ['the API says no more than that it failed', (_, response) => sendJson(response, 200, failed)],
    ['the answer is a web page', (_, response) => void response.end('<html></html>')],
    ['the answer is late', () => undefined],
  ];

  it.each(losses)(
    'is reported with its time and what to do, and not sent again, when %s',
    async (_, lose) => {
      const upstream = await upstreamWith(lose);
      const store = createMemoryStore();
      const sender = senderOf({ url: upstream.url, store, timeoutMs: 200 });
      const failure = await failureOf(sender.orderSync.sync(42));
      expect(failure).toBeInstanceOf(SyncOutcomeUnknownError);
      expect(failure).toMatchObject({
        code: 'outcome_unknown',
        moment: 'now',
        effect: 'unknown',
        retryable: false,
        attempt: { startedAt: expect.any(String), by: { app: 'tests' } },
        cause: { effect: 'unknown' },
        message: expect.stringMatching(
          /^Order 42 was sent at \S+; whether it reached the books is not known\. Look for it in SnelStart/,
        ),
      });

      const later = await failureOf(senderOf({ url: upstream.url, store }).orderSync.sync(42));
      expect(later).toBeInstanceOf(SyncOutcomeUnknownError);
      expect(later).toMatchObject({
        moment: 'before',
        message: expect.stringContaining(`by tests 1.0.0 (process ${process.pid} on ${hostname()})`),
      });
      expect(upstream.requests).toHaveLength(1);
    },
  );

  it('is reported and recorded with the words of the API, where it gave any', async () => {
    const upstream = await upstreamWith((_, response) => sendJson(response, 200, failed));
    const { orderSync } = senderOf({ url: upstream.url });
    for (const moment of ['now', 'before']) {
      expect(await failureOf(orderSync.sync(42))).toMatchObject({ moment, apiMessage: failed.message });
    }
    expect(await orderSync.history(42)).toMatchObject({
      state: 'unknown',
      attempts: [
        { reason: 'The API reported an error (`error: true` with status 200).', message: failed.message },
      ],
    });
  });

  it('is sent again when resend is said', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      index === 0 ? lose(response) : accept(response),
    );
    const { orderSync } = senderOf({ url: upstream.url });
    await failureOf(orderSync.sync(42));
    expect(await orderSync.sync(42, { resend: true })).toMatchObject({ orderId: 42 });
    expect(await orderSync.history(42)).toMatchObject({
      state: 'synced',
      attempts: [{ state: 'unknown' }, { state: 'synced' }],
    });
  });

  it('of an attempt whose process is gone is unknown at once', async () => {
    const { upstream, arrival } = await heldUpstream();
    const store = createMemoryStore();
    const doomed = senderOf({
      url: upstream.url,
      store,
      process: { pid: pidOfTheDead(), host: hostname() },
    });
    const lost = failureOf(doomed.orderSync.sync(42));
    const response = await arrival();
    const failure = await failureOf(senderOf({ url: upstream.url, store }).orderSync.sync(42));
    expect(failure).toMatchObject({ code: 'outcome_unknown', moment: 'before' });
    response.destroy();
    await lost;
    expect(upstream.requests).toHaveLength(1);
  });

  it('of an attempt on another machine is unknown once its lease is over', async () => {
    const clock = createVirtualClock();
    const { upstream, arrival } = await heldUpstream();
    const store = createMemoryStore({ clock });
    const far = senderOf({
      url: upstream.url,
      store,
      clock,
      process: { pid: pidOfTheDead(), host: 'elsewhere' },
    });
    const call = far.orderSync.sync(42);
    const response = await arrival();
    const near = senderOf({ url: upstream.url, store, clock }).orderSync;
    await clock.advance(45_000);
    expect(await near.history(42)).toMatchObject({ state: 'sending' });
    await clock.advance(1);
    expect(await near.history(42)).toMatchObject({
      state: 'unknown',
      attempts: [{ reason: 'Its outcome was not written in time.' }],
    });

    accept(response);
    await call;
    expect(await near.history(42)).toMatchObject({ state: 'synced' });
  });
});

describe('cancelling', () => {
  it('before the call does nothing', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url });
    expect(await failureOf(orderSync.sync(42, { signal: AbortSignal.abort() }))).toBeInstanceOf(
      CancelledError,
    );
    expect(upstream.requests).toHaveLength(0);
  });

  it('while waiting for allowance sends nothing, and waiting is not sending', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url, limit: 1 });
    await orderSync.sync(1);
    const cancel = new AbortController();
    const waits: number[] = [];
    const call = failureOf(
      orderSync.sync(42, {
        signal: cancel.signal,
        onWait: ({ expectedWaitMs }) => waits.push(expectedWaitMs),
      }),
    );
    await until(() => waits.length > 0);
    expect(await orderSync.history(42)).toMatchObject({ state: 'not_sent' });
    cancel.abort();
    expect(await call).toMatchObject({ code: 'cancelled', effect: 'none' });
    expect(upstream.requests).toHaveLength(1);
    expect(await orderSync.history(42)).toMatchObject({ state: 'not_sent' });
  });

  it('while waiting for allowance takes the call out of the queue: it is not sent later on', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url, limit: 1, windowSeconds: 1 });
    await orderSync.sync(1);
    const cancel = new AbortController();
    const call = failureOf(orderSync.sync(42, { signal: cancel.signal, onWait: () => cancel.abort() }));
    expect(await call).toMatchObject({ code: 'cancelled' });
    await orderSync.sync(7);
    expect(upstream.requests.map(({ body }) => body)).toEqual(['{"order_id":1}', '{"order_id":7}']);
  });

  it('does not cancel a call for the same order that comes right after', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url, limit: 1, windowSeconds: 1 });
    await orderSync.sync(1);
    const cancel = new AbortController();
    const first = failureOf(orderSync.sync(42, { signal: cancel.signal }));
    cancel.abort();
    const second = orderSync.sync(42);
    expect(await first).toMatchObject({ code: 'cancelled' });
    expect(await second).toMatchObject({ orderId: 42 });
  });

  it('after sending does not tear the request down: the caller gets its outcome', async () => {
    const { upstream, arrival } = await heldUpstream();
    const { orderSync } = senderOf({ url: upstream.url });
    const cancel = new AbortController();
    const call = orderSync.sync(42, { signal: cancel.signal });
    const response = await arrival();
    cancel.abort();
    accept(response);
    expect(await call).toMatchObject({ orderId: 42, message: 'Order synced to SnelStart.' });
  });

  it('after sending never says that the call was cancelled when the outcome gets lost', async () => {
    const { upstream, arrival } = await heldUpstream();
    const { orderSync } = senderOf({ url: upstream.url });
    const cancel = new AbortController();
    const call = failureOf(orderSync.sync(42, { signal: cancel.signal }));
    const response = await arrival();
    cancel.abort();
    response.destroy();
    expect(await call).toMatchObject({ code: 'outcome_unknown' });
  });

  it('between a 429 and the next try leaves the order unsent', async () => {
    const upstream = await upstreamWith((_, response) =>
      sendJson(response, 429, { error: true, message: 'Too Many Attempts.' }, rejectionHeaders(60)),
    );
    const { orderSync } = senderOf({ url: upstream.url });
    const cancel = new AbortController();
    const call = failureOf(orderSync.sync(42, { signal: cancel.signal, onWait: () => cancel.abort() }));
    expect(await call).toMatchObject({ code: 'cancelled', effect: 'none' });
    expect(await orderSync.history(42)).toMatchObject({ state: 'not_sent' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('while another process sends says that it is under way, not that nothing happens', async () => {
    const { upstream, arrival } = await heldUpstream();
    const store = createMemoryStore();
    const first = senderOf({ url: upstream.url, store }).orderSync.sync(42);
    const response = await arrival();
    const cancel = new AbortController();
    const second = failureOf(
      senderOf({ url: upstream.url, store }).orderSync.sync(42, { signal: cancel.signal }),
    );
    setImmediate(() => cancel.abort());
    expect(await second).toMatchObject({ code: 'outcome_unknown', moment: 'under_way' });
    accept(response);
    await first;
  });
});

describe('calls for one order at the same time', () => {
  it('in one process send it once and share the outcome', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url });
    const results = await Promise.all(Array.from({ length: 20 }, () => orderSync.sync(42)));
    expect(new Set(results.map(({ syncedAt }) => syncedAt)).size).toBe(1);
    expect(upstream.requests).toHaveLength(1);
  });

  it('in many processes send it once and share the outcome', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const store = createMemoryStore();
    const senders = Array.from({ length: 8 }, () => senderOf({ url: upstream.url, store }));
    const results = await Promise.all(senders.map(({ orderSync }) => orderSync.sync(42)));
    expect(new Set(results.map(({ syncedAt }) => syncedAt)).size).toBe(1);
    expect(upstream.requests).toHaveLength(1);
  });

  it('share an unknown outcome', async () => {
    const { upstream, arrival } = await heldUpstream();
    const store = createMemoryStore();
    const senders = Array.from({ length: 3 }, () => senderOf({ url: upstream.url, store }));
    const failures = senders.map(({ orderSync }) => failureOf(orderSync.sync(42)));
    (await arrival()).destroy();
    const moments = (await Promise.all(failures)).map(
      (failure) => failure instanceof SyncOutcomeUnknownError && failure.moment,
    );
    expect(moments.toSorted()).toEqual(['meanwhile', 'meanwhile', 'now']);
    expect(upstream.requests).toHaveLength(1);
  });

  it('share a rejection', async () => {
    const { upstream, arrival } = await heldUpstream();
    const store = createMemoryStore();
    const first = failureOf(senderOf({ url: upstream.url, store }).orderSync.sync(42));
    const response = await arrival();
    const second = failureOf(senderOf({ url: upstream.url, store }).orderSync.sync(42));
    sendJson(response, 422, { message: 'The selected order id is invalid.', errors: {} });
    expect(await first).toBeInstanceOf(ValidationFailedError);
    expect(await second).toBeInstanceOf(RejectedByOtherProcessError);
    expect(await second).toMatchObject({
      code: 'validation_failed',
      apiMessage: 'The selected order id is invalid.',
      effect: 'none',
    });
    expect(upstream.requests).toHaveLength(1);
  });

  it('get the earlier outcome, when they waited for a resend that the API rejected', async () => {
    const { upstream, arrival } = await heldUpstream();
    const store = createMemoryStore();
    const { orderSync } = senderOf({ url: upstream.url, store });
    const lost = failureOf(orderSync.sync(42));
    (await arrival()).destroy();
    await lost;
    const resend = failureOf(orderSync.sync(42, { resend: true }));
    const response = await arrival();
    const waiting = failureOf(senderOf({ url: upstream.url, store }).orderSync.sync(42));
    sendJson(response, 422, { message: 'The selected order id is invalid.', errors: {} });
    expect(await resend).toBeInstanceOf(ValidationFailedError);
    expect(await waiting).toBeInstanceOf(SyncOutcomeUnknownError);
    expect(await waiting).toMatchObject({ moment: 'before' });
  });

  it('share the outcome of one that was faster while the other waited for allowance', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const store = createMemoryStore();
    const slow = senderOf({ url: upstream.url, store, limit: 1, windowSeconds: 1 });
    await slow.orderSync.sync(1);
    let waits = false;
    const call = slow.orderSync.sync(42, { onWait: () => (waits = true) });
    await until(() => waits);
    const faster = await senderOf({ url: upstream.url, store }).orderSync.sync(42);
    expect(await call).toEqual(faster);
    expect(upstream.requests).toHaveLength(2);
  });

  it('that both resend send it once, not twice', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const store = createMemoryStore();
    const senders = Array.from({ length: 3 }, () => senderOf({ url: upstream.url, store }));
    await senders[0]?.orderSync.sync(42);
    await Promise.all(
      senders.flatMap(({ orderSync }) => [
        orderSync.sync(42, { resend: true }),
        orderSync.sync(42, { resend: true }),
      ]),
    );
    expect(upstream.requests).toHaveLength(2);
  });

  it('of which one resends share the request in flight', async () => {
    const { upstream, arrival } = await heldUpstream();
    const { orderSync } = senderOf({ url: upstream.url });
    const once = orderSync.sync(42);
    const response = await arrival();
    const again = orderSync.sync(42, { resend: true });
    accept(response);
    expect((await again).syncedAt).toBe((await once).syncedAt);
    expect(upstream.requests).toHaveLength(1);
  });

  it('go on when one of them cancels', async () => {
    const { upstream, arrival } = await heldUpstream();
    const { orderSync } = senderOf({ url: upstream.url, limit: 1, windowSeconds: 1 });
    const before = orderSync.sync(1);
    accept(await arrival());
    await before;
    const cancel = new AbortController();
    const first = failureOf(orderSync.sync(42, { signal: cancel.signal, onWait: () => cancel.abort() }));
    const second = orderSync.sync(42);
    expect(await first).toBeInstanceOf(CancelledError);
    accept(await arrival());
    expect(await second).toMatchObject({ orderId: 42 });
  });

  it('wait for allowance each as long as it says', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url, limit: 1, windowSeconds: 2 });
    await orderSync.sync(1);
    let waits = 0;
    const patient = orderSync.sync(42, { onWait: () => (waits += 1) });
    await until(() => waits > 0);
    expect(await failureOf(orderSync.sync(42, { maxWaitMs: 100, onWait: () => (waits += 1) }))).toMatchObject(
      {
        code: 'rate_limited',
        source: 'local',
        retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds === 2 || seconds === 3),
      },
    );
    expect(waits).toBe(2);
    expect(await patient).toMatchObject({ orderId: 42 });
  });

  it('retry for a patient caller after the impatient first one gave up', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url, limit: 1, windowSeconds: 1 });
    await orderSync.sync(1);
    const impatient = failureOf(orderSync.sync(42, { maxWaitMs: 0 }));
    const patient = orderSync.sync(42, { maxWaitMs: 10_000 });
    expect(await impatient).toBeInstanceOf(RateLimitedError);
    expect(await patient).toMatchObject({ orderId: 42 });
    expect(upstream.requests).toHaveLength(2);
  });

  it('retry for a patient caller after the API refused the impatient first one', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      index === 0
        ? sendJson(response, 429, { error: true, message: 'Too Many Attempts.' }, rejectionHeaders(0))
        : accept(response),
    );
    const { orderSync } = senderOf({ url: upstream.url });
    const impatient = failureOf(orderSync.sync(42, { maxWaitMs: 0 }));
    const patient = orderSync.sync(42, { maxWaitMs: 10_000 });
    expect(await impatient).toMatchObject({ code: 'rate_limited', source: 'upstream' });
    expect(await patient).toMatchObject({ orderId: 42 });
    expect(upstream.requests).toHaveLength(2);
  });
});

describe('a permit', () => {
  const good = () => true;
  /** Runs out while "sending" is being written. */
  const stale = () => {
    let asked = 0;
    return () => (asked += 1) === 1;
  };

  it('that ran out while the journal was written is not used: the attempt is taken back first', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { rateLimiter, fates } = limiterOf([stale(), stale(), good]);
    const { orderSync } = senderOf({ url: upstream.url, rateLimiter });
    await orderSync.sync(42);
    expect(fates).toEqual(['released', 'released', 'answered']);
    expect(upstream.requests).toHaveLength(1);
    expect(await orderSync.history(42)).toMatchObject({ attempts: [{ state: 'synced' }] });
  });

  it('that ran out leaves no "sending" behind when there is no other', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { rateLimiter } = limiterOf([stale()]);
    const { orderSync } = senderOf({ url: upstream.url, rateLimiter });
    expect(await failureOf(orderSync.sync(42))).toMatchObject({ message: 'no permit is left' });
    expect(await orderSync.history(42)).toEqual({ orderId: 42, state: 'not_sent', attempts: [] });
    expect(upstream.requests).toHaveLength(0);
  });

  it('is given back when the order turns out to be synced already', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const store = createMemoryStore();
    const { rateLimiter, fates } = limiterOf([good]);
    const first = senderOf({ url: upstream.url, store }).orderSync;
    const { acquire } = rateLimiter;
    rateLimiter.acquire = async (policy) => {
      await first.sync(42);
      return await acquire(policy);
    };
    const { orderSync } = senderOf({ url: upstream.url, store, rateLimiter });
    expect(await orderSync.sync(42)).toMatchObject({ message: 'Order synced to SnelStart.' });
    expect(fates).toEqual(['released']);
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('the journal', () => {
  it('is durable before the request leaves and again before its outcome is returned', async () => {
    const upstream = await upstreamWith((_, response) => {
      events.push('request');
      accept(response);
    });
    const events: string[] = [];
    const store = createMemoryStore();
    const { orderSync } = senderOf({
      url: upstream.url,
      store: {
        ...store,
        async update(key, updater, options) {
          const result = await store.update(key, updater, options);
          events.push(options?.durable === true ? 'durable' : 'not durable');
          return result;
        },
        async updateGuarded(key, updater, guard) {
          const result = await store.updateGuarded(key, updater, guard);
          events.push('durable');
          return result;
        },
      },
    });
    await orderSync.sync(42);
    expect(events).toEqual(['not durable', 'durable', 'request', 'durable']);
  });

  it('that is emptied while a process runs is noticed: nothing more is sent', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    let store = createMemoryStore();
    const sender = senderOf({
      url: upstream.url,
      store: {
        openGeneration: (key) => store.openGeneration(key),
        update: (key, updater, options) => store.update(key, updater, options),
        updateGuarded: (key, updater, guard) => store.updateGuarded(key, updater, guard),
      },
    });
    await sender.orderSync.sync(42);
    store = createMemoryStore();
    const failure = await failureOf(sender.orderSync.sync(42));
    expect(failure).toMatchObject({ code: 'configuration_error', effect: 'none', retryable: false });
    expect(failure).toMatchObject({
      details: [/^Expected: \S+ with 2 writes\.$/, /^Found: none\.$/, /./].map((pattern) =>
        expect.stringMatching(pattern),
      ),
    });
    expect(upstream.requests).toHaveLength(1);
    expect(await sender.orderSync.history(42)).toMatchObject({ state: 'not_sent' });
  });

  it('that lost its last writes, as a promoted replica does, is noticed', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const store = createMemoryStore();
    const { orderSync } = senderOf({ url: upstream.url, store });
    await orderSync.sync(41);
    const behind = await store.readGeneration(`${namespace}/journal`);
    await orderSync.sync(42);
    await store.update(`${namespace}/order/42`, () => ({ record: undefined, result: undefined }));
    await store.update(`${namespace}/journal`, () => ({ record: behind, result: undefined }));
    expect(await failureOf(orderSync.sync(42))).toBeInstanceOf(WriteRefusedError);
    expect(upstream.requests).toHaveLength(2);
  });

  it('that fails to say whether "sending" was written sends nothing and leaves nothing behind', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({
      url: upstream.url,
      store: faultyStore(createMemoryStore(), 2, 'fails after writing'),
    });
    const failure = await failureOf(orderSync.sync(42));
    expect(failure).toBeInstanceOf(JournalUnavailableError);
    expect(failure).toMatchObject({
      code: 'internal_error',
      effect: 'none',
      retryable: true,
      message: 'The journal of order 42 is not available (ECONNRESET); nothing was sent.',
    });
    expect(upstream.requests).toHaveLength(0);
    expect(await orderSync.sync(42)).toMatchObject({ orderId: 42 });
  });

  it.each(['is suspended', 'sleeps with the machine'])(
    'that %s while "sending" is written leaves too little of the lease: nothing is sent',
    async (how) => {
      const upstream = await upstreamWith((_, response) => accept(response));
      const clock = createVirtualClock();
      const store = createMemoryStore({ clock });
      const { orderSync } = senderOf({
        url: upstream.url,
        clock,
        store: {
          ...store,
          async updateGuarded(key, updater, guard) {
            if (how === 'is suspended') await clock.advance(6_000);
            else clock.stepWall(6_000);
            return await store.updateGuarded(key, updater, guard);
          },
        },
      });
      expect(await failureOf(orderSync.sync(42))).toMatchObject({
        code: 'internal_error',
        message: 'The journal of order 42 is not available (writing took 6000 ms); nothing was sent.',
      });
      expect(await orderSync.history(42)).toMatchObject({ state: 'not_sent' });
      expect(upstream.requests).toHaveLength(0);
    },
  );
});

describe('an unreadable record', () => {
  it('is refused as an unknown outcome, resend or not, until a human says what is in the books', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const store = createMemoryStore();
    await store.update(`${namespace}/order/42`, () => ({ record: { torn: true }, result: undefined }));
    const { orderSync } = senderOf({ url: upstream.url, store });
    for (const resend of [false, true]) {
      const failure = await failureOf(orderSync.sync(42, { resend }));
      expect(failure).toBeInstanceOf(JournalUnreadableError);
      expect(failure).toMatchObject({ code: 'outcome_unknown' });
    }
    expect(upstream.requests).toHaveLength(0);
    expect(await orderSync.confirm(42, 'not_synced')).toMatchObject({ state: 'not_sent' });
    await orderSync.sync(42);
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('settle', () => {
  it('waits until the request under way is answered and recorded', async () => {
    const { upstream, arrival } = await heldUpstream();
    const { orderSync } = senderOf({ url: upstream.url });
    const call = orderSync.sync(42);
    const response = await arrival();
    let settled = false;
    const settling = orderSync.settle().then(() => (settled = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toBe(false);
    accept(response);
    await settling;
    expect(await orderSync.history(42)).toMatchObject({ state: 'synced' });
    await call;
  });

  it('does not wait for what waits', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url, limit: 1 });
    await orderSync.sync(1);
    const cancel = new AbortController();
    const call = failureOf(orderSync.sync(42, { signal: cancel.signal }));
    cancel.abort();
    await orderSync.settle();
    expect(await call).toBeInstanceOf(CancelledError);
  });
});

describe('confirm', () => {
  it('allows a lost order to be sent again, or never again', async () => {
    const upstream = await upstreamWith((_, response, index) =>
      index === 1 ? accept(response) : lose(response),
    );
    const { orderSync } = senderOf({ url: upstream.url });
    await failureOf(orderSync.sync(42));
    expect(await orderSync.confirm(42, 'not_synced')).toMatchObject({ orderId: 42, state: 'not_sent' });
    await orderSync.sync(42);

    await failureOf(orderSync.sync(43));
    expect(await orderSync.confirm(43, 'synced')).toMatchObject({ state: 'synced' });
    expect(await failureOf(orderSync.sync(43))).toMatchObject({
      code: 'already_synced',
      apiMessage: undefined,
      confirmation: { as: 'synced', by: { app: 'tests' } },
      message: expect.stringContaining('(confirmed at'),
    });
    expect(upstream.requests).toHaveLength(3);
  });

  it('is refused where there is nothing to confirm', async () => {
    const upstream = await upstreamWith((_, response) => accept(response));
    const { orderSync } = senderOf({ url: upstream.url });
    expect(await failureOf(orderSync.confirm(42, 'synced'))).toBeInstanceOf(InvalidConfirmationError);
    await orderSync.sync(42);
    expect(await failureOf(orderSync.confirm(42, 'not_synced'))).toMatchObject({
      code: 'invalid_arguments',
      state: 'synced',
    });
  });
});

describe('check', () => {
  const order = {
    id: 42,
    order_number: '8',
    should_snelstart_sync: true,
    total: '9.50',
    vendor_comment: 'x',
  };

  it('says what the API now says of the order beside what the journal says', async () => {
    const upstream = await upstreamWith(({ url, body }, response) => {
      if (url.endsWith('/sync-snelstart-order')) response.destroy();
      else sendJson(response, 200, body.includes('search_query') ? orderPage([order]) : orderPage([]));
    });
    const { orderSync } = senderOf({ url: upstream.url });
    await failureOf(orderSync.sync(42));
    expect(await orderSync.check(42)).toEqual({
      journal: await orderSync.history(42),
      api: {
        order: {
          id: 42,
          order_number: '8',
          date: null,
          status: null,
          payment_status: null,
          invoice_id: null,
          should_snelstart_sync: true,
        },
        looks: [{ by: 'search', orders: 1, of: 1 }],
        askedAt: expect.any(String),
      },
    });
    expect(JSON.parse(upstream.requests[1]?.body ?? '')).toEqual({
      search_query: '42',
      sortKey: 'created_at',
      sortOrder: 'desc',
      per_page: largestPage,
    });
  });

  it('says where it looked when it does not find the order', async () => {
    const upstream = await upstreamWith(({ url, body }, response) => {
      const page = Number(new URL(url, 'http://api').searchParams.get('page'));
      const orders = body.includes('search_query') ? [] : [{ id: page * 1000 }, { id: page * 1000 + 1 }];
      sendJson(response, 200, orderPage(orders, { page, perPage: 2, total: orders.length * 5 }));
    });
    const { orderSync } = senderOf({ url: upstream.url });
    expect(await orderSync.check(42)).toMatchObject({
      api: {
        looks: [
          { by: 'search', orders: 0, of: 0 },
          { by: 'newest', orders: 6, of: 10 },
        ],
      },
    });
  });

  it('does not take an order that merely contains the number for the order', async () => {
    const upstream = await upstreamWith((_, response) =>
      sendJson(response, 200, orderPage([{ ...order, id: 7, order_number: '42' }])),
    );
    const { orderSync } = senderOf({ url: upstream.url });
    expect((await orderSync.check(42)).api.order).toBeUndefined();
  });
});
