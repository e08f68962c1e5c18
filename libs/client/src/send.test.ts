import { RateLimitDeadlineError, type AcquireOptions, type Permit } from '@wemasy-orders/rate-limit';
import { createVirtualClock, type VirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it } from 'vitest';
import {
  CancelledError,
  ConnectionError,
  RateLimitedError,
  TimeoutError,
  UnexpectedResponseError,
  UpstreamError,
} from './errors.js';
import type { FetchRequest, FetchResponse } from './fetch.js';
import { type Operation, operations } from './generated/operations.js';
import { createSend, type SendOptions } from './send.js';
import { orderPage } from './testing/index.js';
import { createTokenSource } from './token-source.js';
import type { AttemptReport, CallOptions, DriftReport } from './types.js';

const { listOrders, syncOrder } = operations;
const synced = { error: false, message: 'Order synced.', data: [] };
const token = 'canary-token-5f2a';

type Answering = (request: FetchRequest) => Promise<FetchResponse>;

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): FetchResponse => ({
  status,
  headers: new Headers(headers),
  text: () => Promise.resolve(typeof body === 'string' ? body : JSON.stringify(body)),
});
const answers =
  (status: number, body: unknown, headers?: Record<string, string>): Answering =>
  () =>
    Promise.resolve(answer(status, body, headers));
const fails =
  (facts: object): Answering =>
  () =>
    Promise.reject(Object.assign(new Error('fetch failed'), facts));
const refused = fails({ code: 'ECONNREFUSED', syscall: 'connect' });
const broken = fails({ code: 'ECONNRESET' });
const until = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const tearDown = () => {
      reject(new Error('torn down'));
    };
    if (signal.aborted) tearDown();
    else signal.addEventListener('abort', tearDown);
  });

/** The transport with a limiter and an API that a test makes up; `events` names what happened, in order. */
function transport(script: readonly Answering[], options: Partial<SendOptions> = {}) {
  const clock = createVirtualClock();
  const events: string[] = [];
  const acquired: { policy: string; options: AcquireOptions }[] = [];
  const reports: AttemptReport[] = [];
  const drifts: DriftReport[] = [];
  const requests: { url: string; request: FetchRequest }[] = [];
  const left = [...script];
  const limiter = {
    /** Whether each permit is usable, each time it is asked; used up, every one is. */
    validity: [] as boolean[],
    /** What the limiter does before it gives a permit. */
    before: (): Promise<void> => Promise.resolve(),
    /** What it takes to record an outcome. */
    recording: (): Promise<void> => Promise.resolve(),
  };
  const send = createSend({
    tokens: createTokenSource(token),
    clock,
    headers: {},
    timeoutMs: 1_000,
    maxRetries: 2,
    maxWaitMs: 60_000,
    random: () => 0,
    onAttempt: (report) => reports.push(report),
    onDrift: (report) => drifts.push(report),
    rateLimiter: {
      async acquire(policy, asked = {}): Promise<Permit> {
        acquired.push({ policy: String(policy), options: asked });
        await limiter.before();
        events.push('permit');
        return {
          policy: String(policy),
          waitedMs: 7,
          isValid: () => limiter.validity.shift() ?? true,
          async report(outcome) {
            await limiter.recording();
            events.push(
              outcome.kind === 'answered' ? `reported ${outcome.status}` : `reported ${outcome.kind}`,
            );
          },
          async release() {
            events.push('released');
          },
        };
      },
      snapshot: () => Promise.reject(new Error('not asked for')),
      close: () => Promise.resolve(),
    },
    fetch: async (url, request) => {
      events.push('sent');
      requests.push({ url, request });
      const next = left.shift() ?? expect.fail('one request too many');
      return await next(request);
    },
    ...options,
  });
  const call = (operation: Operation, asked: CallOptions = {}, body: string | null = '{}') =>
    send({ operation, url: 'https://api.test/orders', headers: { 'x-own': '1' }, body }, asked);
  return {
    clock,
    events,
    acquired,
    reports,
    drifts,
    requests,
    limiter,
    call,
    sync: (asked?: CallOptions) => call(syncOrder, asked),
    list: (asked?: CallOptions) => call(listOrders, asked),
    announced: async () => {
      events.push('announced');
      return async () => {
        events.push('taken back');
      };
    },
  };
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => expect.fail('the call succeeded'),
    (thrown: unknown) => thrown,
  );
}

describe('a request', () => {
  it('leaves with a permit, announced, once, and its outcome is recorded before it is known', async () => {
    const { sync, events, announced } = transport([answers(200, synced)]);
    expect(await sync({ beforeSend: announced })).toMatchObject({ read: { value: synced } });
    expect(events).toEqual(['permit', 'announced', 'sent', 'reported 200']);
  });

  it('carries the token in its header, and never follows a redirect', async () => {
    const { sync, list, requests } = transport([answers(200, synced), answers(200, orderPage([]))]);
    await sync();
    await list();
    expect(requests).toEqual(
      [
        { method: syncOrder.method, isSafe: false },
        { method: listOrders.method, isSafe: true },
      ].map((own) => ({
        url: 'https://api.test/orders',
        request: {
          ...own,
          headers: { 'x-own': '1', authorization: `Bearer ${token}`, accept: 'application/json' },
          body: '{}',
          redirect: 'manual',
          signal: expect.any(AbortSignal),
        },
      })),
    );
  });

  it('is logged with its wait, its duration and its result', async () => {
    const { sync, clock, reports } = transport([
      async () => {
        await clock.advance(30);
        return answer(200, synced);
      },
      async () => {
        await clock.advance(40);
        return answer(500, {});
      },
      broken,
    ]);
    await sync();
    const failed = await failureOf(sync());
    const lost = await failureOf(sync());
    const facts = { operationId: 'syncOrder', attempt: 1, waitedMs: 7 };
    expect(reports).toStrictEqual([
      { ...facts, durationMs: 30, status: 200 },
      { ...facts, durationMs: 40, status: 500, error: failed },
      { ...facts, durationMs: 0, error: lost },
    ]);
  });

  it('waits for a permit as the call says, or as the client does', async () => {
    const { list, clock, limiter, acquired } = transport([
      answers(503, {}),
      answers(200, orderPage([])),
      answers(200, orderPage([])),
    ]);
    const own = {
      signal: new AbortController().signal,
      priority: 'background' as const,
      onWait: () => undefined,
      maxWaitMs: 10_000,
    };
    limiter.before = () => clock.advance(100);
    const call = list(own);
    await clock.advance(1_000);
    await call;
    await list();
    expect(acquired.map(({ policy }) => policy)).toEqual(['listOrders', 'listOrders', 'listOrders']);
    expect(acquired.map(({ options }) => options)).toEqual([
      own,
      // A permit that took 100 ms and a backoff of 125 ms.
      { ...own, maxWaitMs: 9_775 },
      { signal: undefined, priority: undefined, onWait: undefined, maxWaitMs: 60_000 },
    ]);
  });

  it('leaves nothing behind: no timer, no listener', async () => {
    const { sync, clock } = transport([answers(200, synced), broken]);
    const controller = new AbortController();
    await sync({ signal: controller.signal });
    await failureOf(sync({ signal: controller.signal }));
    expect(clock.timers().waiting).toBe(0);
  });
});

describe('an answer', () => {
  it('has its headers by lower-case names, several of one name in one, and no token', async () => {
    const headers = [
      ['X-Echo', `Bearer ${token}`],
      ['via', 'a'],
      ['Via', token],
    ] as const;
    const { sync } = transport([
      async () => ({
        ...answer(200, { ...synced, message: `for ${token}` }),
        headers: Object.assign(new Map(headers), { get: () => null }),
      }),
    ]);
    expect((await sync()).answer).toStrictEqual({
      status: 200,
      headers: new Map([
        ['x-echo', 'Bearer [token]'],
        ['via', 'a, [token]'],
      ]),
      text: JSON.stringify({ ...synced, message: 'for [token]' }),
    });
  });

  it('of another type than JSON is bytes, and no text', async () => {
    const bytes = new Uint8Array([0xff, 0xd8, 0]);
    const { responseSchema, ...file } = listOrders;
    expect(responseSchema).toBeDefined();
    const { call, requests } = transport([async () => new Response(bytes, { status: 200 })]);
    const sent = await call({ ...file, responseType: 'application/pdf' });
    expect(sent.answer).toMatchObject({ text: '', bytes });
    expect(sent.read.value).toEqual(bytes);
    expect(requests[0]?.request.headers['accept']).toBe('application/pdf, application/json');
  });

  it('that breaks off has an unknown effect, whatever the system call was', async () => {
    const fault = Object.assign(new Error('no'), { code: 'EPIPE', syscall: 'connect' });
    const { sync } = transport([async () => ({ ...answer(200, ''), text: () => Promise.reject(fault) })]);
    expect(await failureOf(sync())).toEqual(new ConnectionError('unknown', 'EPIPE'));
  });
});

describe('a request without a good answer', () => {
  it.each<[string, Answering, object, string]>([
    ['was not sent', refused, { effect: 'none', reason: 'ECONNREFUSED' }, 'released'],
    ['may have been sent', broken, { effect: 'unknown', reason: 'ECONNRESET' }, 'reported lost'],
    ['failed without a code', fails({}), { effect: 'unknown', reason: undefined }, 'reported lost'],
    [
      'failed for a reason that it wraps',
      fails({ cause: Object.assign(new Error('no'), { code: 'EPIPE' }) }),
      { effect: 'unknown', reason: 'EPIPE' },
      'reported lost',
    ],
    [
      'failed at each of several addresses',
      fails({
        cause: new AggregateError(
          ['EHOSTUNREACH', 'ENETUNREACH'].map((code) =>
            Object.assign(new Error('no'), { code, syscall: 'connect' }),
          ),
        ),
      }),
      { effect: 'none', reason: 'EHOSTUNREACH' },
      'released',
    ],
    [
      'failed with a code that is no text',
      fails({ code: 7 }),
      { effect: 'unknown', reason: undefined },
      'reported lost',
    ],
    [
      'failed with what is no error',
      () => Promise.reject({ code: 'E' }),
      { effect: 'unknown', reason: undefined },
      'reported lost',
    ],
  ])('%s: its error and the limiter say so', async (_, script, facts, fate) => {
    const { sync, clock, events } = transport([script, script, script]);
    const error = await failureOf(settled(clock, sync()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ ...facts, status: undefined });
    expect(new Set(events)).toEqual(new Set(['permit', 'sent', fate]));
  });

  it.each([
    ['in its deadline', 999, 'synced'],
    ['after it', 1_000, 'late'],
  ])('is one whose answer does not come in time: %s', async (_, afterMs, outcome) => {
    const { sync, clock, events } = transport([
      ({ signal }) =>
        Promise.race([
          until(signal),
          new Promise<FetchResponse>((resolve) => {
            clock.setTimer(() => resolve(answer(200, synced)), afterMs);
          }),
        ]),
    ]);
    const call = settled(clock, sync());
    if (outcome === 'synced') {
      expect(await call).toMatchObject({ read: { value: synced } });
    } else {
      expect(await failureOf(call)).toEqual(new TimeoutError(1_000));
      expect(events.at(-1)).toBe('reported lost');
    }
  });

  it('was not sent if its deadline is over while it connects', async () => {
    const script: Answering = ({ signal }) =>
      until(signal).catch(() => Promise.reject(Object.assign(new Error('no'), { syscall: 'connect' })));
    const { sync, clock } = transport([script, script, script]);
    expect(await failureOf(settled(clock, sync()))).toEqual(new ConnectionError('none', 'ETIMEDOUT'));
  });

  it.each<[string, string, object]>([
    [
      'ERR_BUFFER_TOO_LARGE',
      'is too large',
      { name: 'UnexpectedResponseError', kind: 'too_large', status: 200 },
    ],
    [
      'Z_DATA_ERROR',
      'is damaged',
      { name: 'UnexpectedResponseError', kind: 'damaged_compression', status: 200 },
    ],
    ['ECONNRESET', 'breaks off', { name: 'ConnectionError', reason: 'ECONNRESET' }],
  ])('has an outcome that is unknown where a body %s: it %s', async (code, _, facts) => {
    const { sync, events } = transport([
      async () => ({
        ...answer(200, ''),
        text: () => Promise.reject(Object.assign(new Error('no'), { code })),
      }),
    ]);
    const error = await failureOf(sync());
    expect(error).toMatchObject({ ...facts, effect: 'unknown' });
    // The limiter knows the count from its headers.
    expect(events).toEqual(['permit', 'sent', 'reported 200']);
  });

  it('does not take an error before the answer for one of its body', async () => {
    const { sync } = transport([fails({ code: 'Z_DATA_ERROR' })]);
    const error = await failureOf(sync());
    expect(error).not.toBeInstanceOf(UnexpectedResponseError);
    expect(error).toMatchObject({ reason: 'Z_DATA_ERROR' });
  });

  it('that its caller cancels is cancelled, and its effect is unknown', async () => {
    const controller = new AbortController();
    const { sync, events } = transport([
      ({ signal }) => {
        controller.abort();
        return until(signal);
      },
    ]);
    expect(await failureOf(sync({ signal: controller.signal }))).toEqual(new CancelledError('unknown'));
    expect(events).toEqual(['permit', 'sent', 'reported lost']);
  });

  it('that its caller cancels while its body arrives has no better outcome', async () => {
    const controller = new AbortController();
    const { sync } = transport([
      async ({ signal }) => ({
        ...answer(200, ''),
        text: () => {
          const text = until(signal);
          controller.abort();
          return text;
        },
      }),
    ]);
    expect(await failureOf(sync({ signal: controller.signal }))).toEqual(new CancelledError('unknown'));
  });
});

describe('what the log says of a request', () => {
  it.each([
    [null, null],
    [`{"echo":"${token}"}`, '{"echo":"[token]"}'],
  ])('is its body without the token: %j', async (body, logged) => {
    const bodies: unknown[] = [];
    const { call } = transport([answers(200, synced)], { onRequest: (report) => bodies.push(report.body) });
    await call(syncOrder, {}, body);
    expect(bodies).toEqual([logged]);
  });
});

describe('another attempt', () => {
  it('takes the announcement back first, and is announced again', async () => {
    const { sync, clock, events, announced } = transport([refused, answers(200, synced)]);
    await settled(clock, sync({ beforeSend: announced }));
    expect(events).toEqual([
      ...['permit', 'announced', 'sent', 'released', 'taken back'],
      ...['permit', 'announced', 'sent', 'reported 200'],
    ]);
  });

  it('is none when the first one is the last: nothing is taken back', async () => {
    const { sync, events, announced } = transport([broken]);
    await failureOf(sync({ beforeSend: announced }));
    expect(events).toEqual(['permit', 'announced', 'sent', 'reported lost']);
  });

  it('is not made when the announcement cannot be taken back', async () => {
    const { sync, requests } = transport([refused]);
    const fault = new Error('ENOSPC');
    expect(await failureOf(sync({ beforeSend: async () => () => Promise.reject(fault) }))).toBe(fault);
    expect(requests).toHaveLength(1);
  });

  it('comes after a backoff, and counts on', async () => {
    const { list, clock, reports } = transport([
      answers(503, {}),
      answers(503, {}),
      answers(200, orderPage([])),
    ]);
    const call = list();
    for (const [ms, attempts] of [
      [124, 1],
      [1, 2],
      [249, 2],
      [1, 3],
    ] as const) {
      await clock.advance(ms);
      expect(reports).toHaveLength(attempts);
    }
    await call;
    expect(reports.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it.each([
    ['twice at most by default', undefined, 2],
    ['never where the client asks for that', 0, 0],
    ['as often as the client allows', 4, 4],
  ])('is made %s', async (_, maxRetries, retries) => {
    const unavailable = Array<Answering>(retries + 1).fill(answers(503, {}));
    const { list, clock, requests } = transport(unavailable, { maxRetries });
    const failed = failureOf(list());
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ status: 503 });
    expect(requests).toHaveLength(retries + 1);
  });

  it('is not made when the caller cancels meanwhile: nothing is in flight', async () => {
    const { sync, clock, events, announced } = transport([refused]);
    const controller = new AbortController();
    const call = failureOf(sync({ beforeSend: announced, signal: controller.signal }));
    await clock.advance(10);
    controller.abort();
    expect(await call).toEqual(new CancelledError('none'));
    expect(events.at(-1)).toBe('taken back');
  });

  it('waits until the limiter has recorded the one before', async () => {
    const { sync, clock, events, limiter } = transport([
      answers(429, {}, { 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '0', 'retry-after': '0' }),
      answers(200, synced),
    ]);
    limiter.recording = () => new Promise((resolve) => clock.setTimer(resolve, 500));
    const call = sync();
    await clock.advance(499);
    expect(events).toEqual(['permit', 'sent']);
    await settled(clock, call);
    expect(events).toEqual(['permit', 'sent', 'reported 429', 'permit', 'sent', 'reported 200']);
  });

  it('that gets no permit in time ends with the failure of the one before', async () => {
    const { list, clock, limiter, requests } = transport([answers(503, {})]);
    const call = failureOf(settled(clock, list()));
    await clock.advance(0);
    limiter.before = () => Promise.reject(new RateLimitDeadlineError('listOrders', 5_000));
    expect(await call).toEqual(expect.any(UpstreamError));
    expect(requests).toHaveLength(1);
  });
});

describe('a permit', () => {
  it.each([
    [1, 1],
    [1_000, 1],
    [1_001, 2],
  ])('that would come in %i ms, which is too late, is worth asking for in %i s', async (ms, seconds) => {
    const { sync, limiter } = transport([]);
    limiter.before = () => Promise.reject(new RateLimitDeadlineError('syncOrder', ms));
    expect(await failureOf(sync())).toMatchObject({
      name: 'RateLimitedError',
      source: 'local',
      retryAfterSeconds: seconds,
    });
  });

  it('that fails for another reason passes that on', async () => {
    const { sync, limiter } = transport([]);
    const fault = new Error('closed');
    limiter.before = () => Promise.reject(fault);
    expect(await failureOf(sync())).toBe(fault);
  });

  it('that its caller no longer waits for is not announced', async () => {
    const { sync, limiter, events, announced } = transport([]);
    const controller = new AbortController();
    limiter.before = () => {
      controller.abort();
      return Promise.reject(new Error('aborted'));
    };
    const call = sync({ signal: controller.signal, beforeSend: announced });
    expect(await failureOf(call)).toEqual(new CancelledError('none'));
    expect(events).toEqual([]);
  });

  it('is not asked for by a call that was cancelled before', async () => {
    const { sync, acquired } = transport([]);
    expect(await failureOf(sync({ signal: AbortSignal.abort() }))).toEqual(new CancelledError('none'));
    expect(acquired).toEqual([]);
  });

  it('that comes when the caller has cancelled is given back, not announced', async () => {
    const { sync, limiter, events, announced } = transport([]);
    const controller = new AbortController();
    limiter.before = async () => controller.abort();
    const call = sync({ signal: controller.signal, beforeSend: announced });
    expect(await failureOf(call)).toEqual(new CancelledError('none'));
    expect(events).toEqual(['permit', 'released']);
  });

  it('that ran out on the way is given back for another one', async () => {
    const { sync, limiter, events, announced } = transport([answers(200, synced)]);
    limiter.validity = [false];
    await sync({ beforeSend: announced });
    expect(events).toEqual(['permit', 'released', 'permit', 'announced', 'sent', 'reported 200']);
  });

  it.each(['runs out', 'is no longer wanted'])(
    'that %s while it is announced is given back before the announcement is',
    async (how) => {
      const { sync, limiter, events } = transport([answers(200, synced)]);
      const controller = new AbortController();
      if (how === 'runs out') limiter.validity = [true, false];
      const call = sync({
        signal: controller.signal,
        async beforeSend() {
          events.push('announced');
          if (how !== 'runs out') controller.abort();
          return async () => {
            events.push('taken back');
          };
        },
      });
      if (how === 'runs out') await call;
      else expect(await failureOf(call)).toEqual(new CancelledError('none'));
      expect(events.slice(0, 4)).toEqual(['permit', 'announced', 'released', 'taken back']);
    },
  );

  it('is given back when the call cannot be announced, and the call ends with why', async () => {
    const { sync, events } = transport([]);
    const fault = new Error('ENOSPC');
    expect(await failureOf(sync({ beforeSend: () => Promise.reject(fault) }))).toBe(fault);
    expect(events).toEqual(['permit', 'released']);
  });

  it('that never lasts ends the call at its deadline, with the failure before if there was one', async () => {
    const { sync, clock, limiter } = transport([refused]);
    limiter.validity = Array.from({ length: 100 }, () => false);
    limiter.before = () => clock.advance(100);
    expect(await failureOf(sync({ maxWaitMs: 1_000 }))).toEqual(
      new RateLimitedError('local', 1, {
        message: 'The permit for the call ran out before it was ready to be sent; it was not sent.',
      }),
    );
    expect(limiter.validity).toHaveLength(90);

    limiter.validity = [true, true, ...limiter.validity];
    limiter.before = () => clock.advance(10);
    const failed = failureOf(settled(clock, sync({ maxWaitMs: 1_000 })));
    expect(await failed).toEqual(new ConnectionError('none', 'ECONNREFUSED'));
  });
});

describe('a difference from the document', () => {
  const drifting = (order: object) => answers(200, orderPage([{ id: 1, ...order }]));

  it('is reported when it first comes, and not again', async () => {
    const { list, drifts } = transport([
      drifting({}),
      drifting({ total: 1.5 }),
      drifting({ total: 2.5 }),
      drifting({ total: 3.5, order_number: 4 }),
    ]);
    for (let call = 0; call < 4; call += 1) await list();
    const found = (path: string, kind: string) =>
      expect.objectContaining({ path, found: kind, result: 'converted' });
    expect(drifts).toEqual([
      { operationId: 'listOrders', drift: [found('data.data[].total', 'number')] },
      { operationId: 'listOrders', drift: [found('data.data[].order_number', 'integer')] },
    ]);
  });
});

/** The outcome of a call, with as much time as it takes. */
async function settled<Result>(clock: VirtualClock, call: Promise<Result>): Promise<Result> {
  const waiting = { isOver: false };
  const end = () => {
    waiting.isOver = true;
  };
  call.then(end, end);
  while (!waiting.isOver) await clock.advance(50);
  return await call;
}
