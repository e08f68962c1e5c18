import { createMemoryStore, type StateStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, test, vi } from 'vitest';
import { RateLimitDeadlineError } from './errors.js';
import { createRateLimiter } from './rate-limiter.js';
import { createWorld, MINUTE_MS } from './testing/world.js';
import type { Permit } from './types.js';

/** The clock margin that the limiter adds to every window. */
const MARGIN_MS = 50;
/** The default duration of a simulated call. */
const FLIGHT_MS = 80;

describe('a saturated limiter', () => {
  test('uses every window of the server to the last call', async () => {
    const world = createWorld({ limit: 5 });
    const process = world.start();
    for (let call = 0; call < 40; call += 1) void process.call('sync');
    await world.clock.advance(8 * (MINUTE_MS + MARGIN_MS + FLIGHT_MS));
    expect(world.server.windows).toEqual([5, 5, 5, 5, 5, 5, 5, 5]);
    expect(world.server.rejected).toBe(0);
  });

  test("loses only the opener's flight and one margin per window, with one process and with four", async () => {
    for (const processes of [1, 4]) {
      const world = createWorld({ limit: 60 });
      const running = Array.from({ length: processes }, () => world.start());
      const calls = 300;
      for (let call = 0; call < calls; call += 1) void running[call % processes]?.call('sync');
      await world.clock.advance(5 * (MINUTE_MS + MARGIN_MS + FLIGHT_MS) - MINUTE_MS);
      expect([world.server.accepted, world.server.rejected]).toEqual([calls, 0]);
    }
  });

  test('stays within the server limit even if its clock runs 500 ppm fast', async () => {
    const world = createWorld({ limit: 5, driftPpm: 500 });
    const process = world.start();
    for (let call = 0; call < 50; call += 1) void process.call('sync', { up: 1, work: 0, down: 1 });
    await world.clock.advance(11 * MINUTE_MS);
    expect([world.server.accepted, world.server.rejected]).toEqual([50, 0]);
  });
});

test('the first call goes alone, and the others follow after its answer', async () => {
  const world = createWorld({ limit: 5 });
  const process = world.start();
  for (let call = 0; call < 5; call += 1) void process.call('sync');
  await world.clock.advance(FLIGHT_MS - 1);
  expect(await process.limiter.snapshot('sync')).toMatchObject({ state: 'probing', queued: 4 });
  await world.clock.advance(1);
  expect(await process.limiter.snapshot('sync')).toMatchObject({ state: 'locked', queued: 0, remaining: 0 });
});

test('starting in a window that foreign use has exhausted costs one refused call', async () => {
  const world = createWorld({ limit: 5 });
  for (let call = 0; call < 5; call += 1) world.server.receive();
  await world.clock.advance(10_000);
  const process = world.start();
  for (let call = 0; call < 5; call += 1) void process.call('sync');
  await world.clock.advance(2 * MINUTE_MS);
  // The refused call is its caller's to repeat; the other four went through.
  expect([world.server.accepted, world.server.rejected]).toEqual([5 + 4, 1]);
});

test('starting in a window that foreign use has half exhausted costs nothing', async () => {
  const world = createWorld({ limit: 6 });
  for (let call = 0; call < 3; call += 1) world.server.receive();
  await world.clock.advance(10_000);
  const process = world.start();
  for (let call = 0; call < 6; call += 1) void process.call('sync');
  await world.clock.advance(2 * MINUTE_MS);
  expect([world.server.accepted, world.server.rejected]).toEqual([3 + 6, 0]);
});

describe('after a 429', () => {
  test('every process waits for Retry-After plus the second that it may be short', async () => {
    const world = createWorld({ limit: 5 });
    const [one, two] = [world.start(), world.start()];
    const permit = await one.limiter.acquire('sync');
    await permit.report({ kind: 'answered', status: 429, headers: new Headers({ 'retry-after': '7' }) });
    expect(await two.limiter.snapshot('sync')).toMatchObject({
      state: 'paused',
      remaining: 0,
      resetInMs: 7_000 + 1_000 + MARGIN_MS,
    });
  });

  test('Retry-After: 0 does not mean to send at once', async () => {
    const world = createWorld({ limit: 5 });
    const { limiter } = world.start();
    const permit = await limiter.acquire('sync');
    await permit.report({ kind: 'answered', status: 429, headers: new Headers({ 'retry-after': '0' }) });
    expect(await limiter.snapshot('sync')).toMatchObject({ state: 'paused', resetInMs: 1_000 + MARGIN_MS });
  });

  test.each([
    ['without Retry-After', {}],
    ['with a Retry-After beyond the window', { 'retry-after': '86400' }],
  ])('%s the pause is one window, not longer', async (_, headers) => {
    const world = createWorld({ limit: 5 });
    const { limiter } = world.start();
    const permit = await limiter.acquire('sync');
    await permit.report({ kind: 'answered', status: 429, headers: new Headers(headers) });
    const { resetInMs } = await limiter.snapshot('sync');
    expect(resetInMs).toBe(MINUTE_MS + 1_000 + MARGIN_MS);
  });

  test('the next call goes alone', async () => {
    const world = createWorld({ limit: 5 });
    const process = world.start();
    const permit = await process.limiter.acquire('sync');
    await permit.report({ kind: 'answered', status: 429, headers: new Headers({ 'retry-after': '1' }) });
    for (let call = 0; call < 3; call += 1) void process.call('sync', { work: 500 });
    await world.clock.advance(2_100);
    expect(await process.limiter.snapshot('sync')).toMatchObject({ state: 'probing', queued: 2 });
  });
});

describe('waiting', () => {
  test('is first in, first out', async () => {
    const world = createWorld({ limit: 2 });
    const process = world.start();
    const served: number[] = [];
    for (let call = 0; call < 7; call += 1) void process.call('sync').then(() => served.push(call));
    await world.clock.advance(4 * (MINUTE_MS + 200));
    expect(served).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('is announced once, with the expected time', async () => {
    const world = createWorld({ limit: 2 });
    const process = world.start();
    await process.limiter.acquire('sync').then((permit) => permit.release());
    const waits: number[] = [];
    for (let call = 0; call < 3; call += 1) {
      void process.call('sync', {}, { onWait: ({ expectedWaitMs }) => waits.push(expectedWaitMs) });
    }
    await world.clock.advance(2 * MINUTE_MS);
    // The second waits for the first's answer, whose time is unknown.
    expect(waits).toEqual([1, MINUTE_MS + MARGIN_MS]);
  });

  test('is refused at once with retryAfterMs if it would exceed maxWaitMs', async () => {
    const world = createWorld({ limit: 1 });
    const process = world.start();
    void process.call('sync');
    await world.clock.advance(10_000);
    const refused = process.limiter.acquire('sync', { maxWaitMs: 45_000 });
    await expect(refused).rejects.toBeInstanceOf(RateLimitDeadlineError);
    await expect(refused).rejects.toMatchObject({
      code: 'RATE_LIMIT_DEADLINE',
      policy: 'sync',
      retryAfterMs: MINUTE_MS + MARGIN_MS + FLIGHT_MS - 10_000,
    });
    expect((await process.limiter.snapshot('sync')).queued).toBe(0);
  });

  test('takes the calls ahead into account', async () => {
    const world = createWorld({ limit: 1 });
    const process = world.start();
    void process.call('sync');
    await world.clock.advance(1_000);
    void process.call('sync');
    const refused = process.limiter.acquire('sync', { maxWaitMs: 100_000 });
    await expect(refused).rejects.toMatchObject({
      retryAfterMs: 2 * (MINUTE_MS + MARGIN_MS) + FLIGHT_MS - 1_000,
    });
  });

  test('0 means now or never', async () => {
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    const permit = await limiter.acquire('sync', { maxWaitMs: 0 });
    await expect(limiter.acquire('sync', { maxWaitMs: 0 })).rejects.toBeInstanceOf(RateLimitDeadlineError);
    await permit.release();
    await limiter.acquire('sync', { maxWaitMs: 0 });
  });

  test('ends at the deadline if the expected permit does not come', async () => {
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    const permit = await limiter.acquire('sync');
    const late = limiter.acquire('sync', { maxWaitMs: 70_000 });
    const refused = expect(late).rejects.toBeInstanceOf(RateLimitDeadlineError);
    await permit.report({ kind: 'lost' });
    await world.clock.advance(70_000);
    await refused;
  });

  test('ends at the deadline even if the store stops answering', async () => {
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    await limiter.acquire('sync');
    const late = limiter.acquire('sync', { maxWaitMs: 3 * MINUTE_MS });
    const refused = expect(late).rejects.toBeInstanceOf(RateLimitDeadlineError);
    await world.clock.advance(1);
    vi.spyOn(world.store, 'update').mockReturnValue(new Promise(() => undefined));
    await world.clock.advance(3 * MINUTE_MS);
    await refused;
  });

  test('starts after the first store answer, so maxWaitMs 0 works with a slow store', async () => {
    const clock = createVirtualClock();
    const near = createMemoryStore({ clock });
    const far: StateStore = {
      ...near,
      async update(...update) {
        await new Promise<void>((resolve) => void clock.setTimer(resolve, 3));
        return near.update(...update);
      },
    };
    const policies = [{ name: 'sync', limit: 1, windowMs: MINUTE_MS }];
    const limiter = createRateLimiter({ store: far, policies, namespace: 'test', clock });
    const [first, second] = [1, 2].map(() => limiter.acquire('sync', { maxWaitMs: 0 }));
    const refused = expect(second).rejects.toBeInstanceOf(RateLimitDeadlineError);
    await clock.advance(3);
    expect((await first)?.waitedMs).toBe(3);
    await refused;
  });

  test('keeps the process alive, but an idle limiter does not', async () => {
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    const permit = await limiter.acquire('sync');
    expect(world.clock.timers()).toEqual({ waiting: 0, keepingAlive: 0 });
    const waiting = limiter.acquire('sync');
    await world.clock.advance(1);
    expect(world.clock.timers()).toEqual({ waiting: 1, keepingAlive: 1 });
    await permit.release();
    await (await waiting).release();
    expect(world.clock.timers()).toEqual({ waiting: 0, keepingAlive: 0 });
  });

  test('looks at the record at most ten times a window', async () => {
    const world = createWorld({ limit: 1 });
    const update = vi.spyOn(world.store, 'update');
    const process = world.start();
    void process.call('sync');
    void process.call('sync');
    await world.clock.advance(1_000);
    update.mockClear();
    await world.clock.advance(58_000);
    expect(update.mock.calls.length).toBeLessThanOrEqual(10);
  });
});

describe('an AbortSignal', () => {
  test('that is already aborted rejects with its reason', async () => {
    const { limiter } = createWorld().start();
    const reason = new Error('not needed any more');
    await expect(limiter.acquire('sync', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('removes a call from the queue at once, and the calls behind it move up', async () => {
    const world = createWorld({ limit: 1 });
    const process = world.start();
    void process.call('sync');
    await world.clock.advance(1_000);
    const abort = new AbortController();
    const aborted = process.limiter.acquire('sync', { signal: abort.signal });
    const next = vi.fn();
    void process.call('sync').then(next);
    await world.clock.advance(1_000);
    abort.abort(new Error('changed my mind'));
    await expect(aborted).rejects.toThrow('changed my mind');
    expect((await process.limiter.snapshot('sync')).queued).toBe(1);
    await world.clock.advance(MINUTE_MS);
    expect(next).toHaveBeenCalledOnce();
  });

  test('that aborts while the permit is being issued releases the permit', async () => {
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    const abort = new AbortController();
    const aborted = limiter.acquire('sync', { signal: abort.signal });
    queueMicrotask(() => abort.abort(new Error('too late')));
    await expect(aborted).rejects.toThrow('too late');
    await limiter.acquire('sync', { maxWaitMs: 0 });
  });

  test('does not affect a permit that was handed out', async () => {
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    const abort = new AbortController();
    const permit = await limiter.acquire('sync', { signal: abort.signal });
    abort.abort();
    expect(permit.isValid()).toBe(true);
    await permit.release();
    expect((await limiter.snapshot('sync')).remaining).toBe(1);
  });

  test('can be shared by any number of calls', async () => {
    const warned = vi.spyOn(process, 'emitWarning');
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    const abort = new AbortController();
    const all = Array.from({ length: 50 }, () => limiter.acquire('sync', { signal: abort.signal }));
    const settled = Promise.allSettled(all);
    await world.clock.advance(1);
    abort.abort();
    const kinds = (await settled).map(({ status }) => status);
    expect(kinds.filter((kind) => kind === 'rejected')).toHaveLength(49);
    expect(warned).not.toHaveBeenCalled();
  });
});

describe('a permit', () => {
  const take = async (): Promise<{ world: ReturnType<typeof createWorld>; permit: Permit }> => {
    const world = createWorld();
    return { world, permit: await world.start().limiter.acquire('sync') };
  };

  test('is invalid five seconds later by either clock', async () => {
    const stalled = await take();
    await stalled.world.clock.advance(4_999);
    expect(stalled.permit.isValid()).toBe(true);
    await stalled.world.clock.advance(1);
    expect(stalled.permit.isValid()).toBe(false);

    const slept = await take();
    slept.world.suspend(3_600_000);
    expect(slept.permit.isValid()).toBe(false);
  });

  test('counts only the first report or release', async () => {
    const world = createWorld({ limit: 5 });
    const { limiter } = world.start();
    const permit = await limiter.acquire('sync');
    const headers = new Headers({ 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '4' });
    await permit.report({ kind: 'answered', status: 200, headers });
    await permit.release();
    await permit.report({ kind: 'answered', status: 429, headers });
    expect(await limiter.snapshot('sync')).toMatchObject({ remaining: 4, state: 'locked' });
  });

  test('says how long the call waited', async () => {
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    const first = await limiter.acquire('sync');
    expect(first.waitedMs).toBe(0);
    const second = limiter.acquire('sync');
    await world.clock.advance(1_500);
    await first.release();
    expect((await second).waitedMs).toBe(1_500);
  });

  test('that is never reported expires', async () => {
    const world = createWorld({ limit: 1 });
    const process = world.start();
    await process.limiter.acquire('sync');
    const next = vi.fn();
    void process.call('sync').then(next);
    await world.clock.advance(2 * MINUTE_MS + MARGIN_MS + FLIGHT_MS);
    expect(next).toHaveBeenCalledOnce();
  });
});

describe('policies', () => {
  const policies = [
    { name: 'listOrders', limit: 6, windowMs: MINUTE_MS, bucket: 'user' },
    { name: 'syncOrder', limit: 2, windowMs: MINUTE_MS, bucket: 'user' },
  ];

  test('of one bucket share a counter, each with its own limit', async () => {
    const world = createWorld({ policies, limit: 6 });
    const process = world.start();
    for (let call = 0; call < 2; call += 1) void process.call('listOrders');
    await world.clock.advance(1_000);
    await expect(process.limiter.acquire('syncOrder', { maxWaitMs: 0 })).rejects.toMatchObject({
      policy: 'syncOrder',
    });
    expect(await process.limiter.snapshot('listOrders')).toMatchObject({ limit: 6, remaining: 4 });
    expect(await process.limiter.snapshot('syncOrder')).toMatchObject({ limit: 2, remaining: 0 });
  });

  test('of one bucket do not block each other', async () => {
    const world = createWorld({ policies, limit: 6 });
    const process = world.start();
    for (let call = 0; call < 2; call += 1) void process.call('listOrders');
    await world.clock.advance(1_000);
    void process.call('syncOrder');
    const next = vi.fn();
    void process.call('listOrders').then(next);
    await world.clock.advance(1_000);
    expect(next).toHaveBeenCalledOnce();
  });

  test('of one bucket wait for a call in flight with a lower limit instead of filling the counter before it', async () => {
    const world = createWorld({ policies, limit: 2, more: { listOrders: 4 } });
    const [one, two] = [world.start(), world.start()];
    void one.call('listOrders');
    await world.clock.advance(1_000);
    void one.call('syncOrder', { up: 500 });
    for (let call = 0; call < 2; call += 1) for (const each of [one, two]) void each.call('listOrders');
    await world.clock.advance(400);
    expect(await two.limiter.snapshot('listOrders')).toMatchObject({ remaining: 0, queued: 4 });
    const update = vi.spyOn(world.store, 'update');
    await world.clock.advance(1_000);
    expect([world.server.accepted, world.server.rejected]).toEqual([6, 0]);
    expect(update.mock.calls.length).toBeLessThan(20);
  });

  test('of one bucket get permits beside a higher limit in another process', async () => {
    const world = createWorld({ policies, limit: 2, more: { listOrders: 4 } });
    const [one, two] = [world.start(), world.start()];
    const next = vi.fn();
    const list = (): void => {
      for (let call = 0; call < 6; call += 1) void one.call('listOrders');
    };
    list();
    await world.clock.advance(1_500);
    void two.call('syncOrder').then(next);
    await world.clock.advance(29_500);
    for (let round = 0; round < 4; round += 1) {
      list();
      await world.clock.advance(MINUTE_MS / 2);
    }
    expect(next).toHaveBeenCalledOnce();
    expect(world.server.rejected).toBe(0);
  });

  test('of different buckets are independent', async () => {
    const world = createWorld();
    const { limiter } = world.start(policies.map((policy) => ({ ...policy, bucket: policy.name })));
    for (let call = 0; call < 2; call += 1) await limiter.acquire('listOrders').then((p) => p.release());
    expect((await limiter.snapshot('syncOrder')).remaining).toBe(2);
  });

  test('that are not declared are refused by name', async () => {
    const { limiter } = createWorld().start();
    await expect(limiter.acquire('nonsense')).rejects.toThrow(
      'Unknown rate-limit policy "nonsense"; known: sync',
    );
    await expect(limiter.snapshot('nonsense')).rejects.toThrow(TypeError);
  });

  test.each([
    ['a limit of 0', [{ name: 'a', limit: 0, windowMs: 1 }]],
    ['a window without a length', [{ name: 'a', limit: 1, windowMs: Number.NaN }]],
    [
      'a duplicate name',
      [
        { name: 'a', limit: 1, windowMs: 1 },
        { name: 'a', limit: 1, windowMs: 1 },
      ],
    ],
    [
      'different windows in one bucket',
      [
        { name: 'a', limit: 1, windowMs: 1, bucket: 'b' },
        { name: 'b', limit: 1, windowMs: 2 },
      ],
    ],
    [
      'different kinds in one bucket',
      [
        { name: 'a', limit: 1, windowMs: 1, bucket: 'b', kind: 'sliding-window' as const },
        { name: 'b', limit: 1, windowMs: 1 },
      ],
    ],
  ])('with %s are refused when the limiter is created', (_, wrong) => {
    const options = { store: createMemoryStore(), namespace: 'test', policies: wrong };
    expect(() => createRateLimiter(options)).toThrow(TypeError);
  });
});

describe('a request with several policies', () => {
  const policies = [
    { name: 'burst', limit: 2, windowMs: 1_000 },
    { name: 'minute', limit: 3, windowMs: MINUTE_MS },
  ];
  const both = ['burst', 'minute'];

  test('waits for all of them', async () => {
    const world = createWorld({ policies });
    const { limiter } = world.start();
    const sentAt: number[] = [];
    const onWait = vi.fn();
    for (let call = 0; call < 4; call += 1) {
      void limiter.acquire(both, { onWait }).then(async (permit) => {
        sentAt.push(world.clock.monotonic());
        await permit.report({ kind: 'answered', status: 200, headers: new Headers() });
      });
    }
    const startedAt = world.clock.monotonic();
    await world.clock.advance(2 * MINUTE_MS);
    const [, , third = 0, fourth = 0] = sentAt.map((at) => at - startedAt);
    expect(third).toBeGreaterThanOrEqual(1_000);
    expect(third).toBeLessThan(2_000);
    expect(fourth).toBeGreaterThanOrEqual(MINUTE_MS);
    // Each waiting call is notified once.
    expect(onWait.mock.calls.length).toBeLessThanOrEqual(4);
  });

  test('holds nothing after it was refused by one of them', async () => {
    const { limiter } = createWorld({ policies }).start();
    for (let call = 0; call < 2; call += 1) {
      await limiter
        .acquire('burst')
        .then((p) => p.report({ kind: 'answered', status: 200, headers: new Headers() }));
    }
    await expect(limiter.acquire(both, { maxWaitMs: 0 })).rejects.toMatchObject({ policy: 'burst' });
    expect(await limiter.snapshot('minute')).toMatchObject({ remaining: 3 });
  });

  test('is charged to all of them, and released from all of them', async () => {
    const { limiter } = createWorld({ policies }).start();
    const permit = await limiter.acquire(both);
    expect(permit).toMatchObject({ policy: 'minute, burst', waitedMs: 0 });
    expect(permit.isValid()).toBe(true);
    expect((await limiter.snapshot('minute')).remaining).toBe(2);
    await permit.release();
    expect(permit.isValid()).toBe(false);
    for (const [policy, remaining] of [
      ['minute', 3],
      ['burst', 2],
    ] as const) {
      expect((await limiter.snapshot(policy)).remaining).toBe(remaining);
    }
  });

  test('replaces a permit that expired while it waited for another one', async () => {
    const slow = [
      { name: 'a', limit: 1, windowMs: MINUTE_MS - 1 },
      { name: 'b', limit: 9, windowMs: MINUTE_MS },
    ];
    const world = createWorld({ policies: slow });
    const { limiter } = world.start();
    await limiter
      .acquire('a')
      .then((p) => p.report({ kind: 'answered', status: 200, headers: new Headers() }));
    const waiting = limiter.acquire(['a', 'b']);
    await world.clock.advance(MINUTE_MS + MARGIN_MS);
    const permit = await waiting;
    expect(permit.isValid()).toBe(true);
    expect(permit.waitedMs).toBeGreaterThanOrEqual(MINUTE_MS);
    expect((await limiter.snapshot('b')).remaining).toBe(8);
  });

  test('learns from an answer only what it says about each of them', async () => {
    const { limiter } = createWorld({ policies }).start();
    const permit = await limiter.acquire(both);
    const headers = new Headers({
      'ratelimit-policy': '"a";q=2;w=1, "b";q=4;w=60',
      ratelimit: '"a";r=1;t=1, "b";r=3;t=60',
    });
    await permit.report({ kind: 'answered', status: 200, headers });
    expect(await limiter.snapshot('burst')).toMatchObject({ limit: 2, remaining: 1 });
    expect(await limiter.snapshot('minute')).toMatchObject({ limit: 4, remaining: 3 });
  });

  test.each([
    ['none', []],
    ['two of one bucket', ['burst', 'burst']],
    ['one that is not declared', ['burst', 'nonsense']],
  ])('cannot have %s', async (_, names) => {
    const { limiter } = createWorld({ policies }).start();
    await expect(limiter.acquire(names)).rejects.toThrow(TypeError);
  });
});

test.each([0, -1, 1.5, Number.NaN])('a cost of %d is refused', async (cost) => {
  const { limiter } = createWorld().start();
  await expect(limiter.acquire('sync', { cost })).rejects.toThrow(TypeError);
});

describe('a store with only a wall clock, like Redis', () => {
  /** A store whose clock can be set, and a limiter that has made five of five calls. */
  async function limiterOnSetClock() {
    const world = createWorld({ limit: 5 });
    let setMs = 0;
    const store: StateStore = {
      ...world.store,
      update: (key, updater, options) =>
        world.store.update(key, (record, { wallMs }) => updater(record, { wallMs: wallMs + setMs }), options),
    };
    const policies = [{ name: 'sync', limit: 5, windowMs: MINUTE_MS }];
    const limiter = createRateLimiter({ store, clock: world.clock, namespace: 'test', policies });
    for (let call = 0; call < 5; call += 1) {
      const permit = await limiter.acquire('sync');
      await permit.report({ kind: 'answered', ...world.server.receive().answer() });
      await world.clock.advance(1_000);
    }
    return { world, limiter, set: (ms: number) => (setMs += ms) };
  }

  test('ends no window early when its clock is set forward', async () => {
    const { world, limiter, set } = await limiterOnSetClock();
    set(70_000);
    expect((await limiter.snapshot('sync')).remaining).toBe(0);
    const next = vi.fn();
    void limiter.acquire('sync').then(next);
    await world.clock.advance(MINUTE_MS - 5_000);
    expect(next).not.toHaveBeenCalled();
    await world.clock.advance(MARGIN_MS);
    expect(next).toHaveBeenCalledOnce();
  });

  test('is trusted about the time since the last look', async () => {
    const { world, limiter } = await limiterOnSetClock();
    await world.clock.advance(MINUTE_MS);
    expect((await limiter.snapshot('sync')).remaining).toBe(5);
  });
});

test('a lowered limit applies from the first answer that reports it', async () => {
  const world = createWorld({ limit: 4 });
  const process = world.start([{ name: 'sync', limit: 10, windowMs: MINUTE_MS }]);
  for (let call = 0; call < 10; call += 1) void process.call('sync');
  await world.clock.advance(4 * MINUTE_MS);
  expect(world.server.windows).toEqual([4, 4, 2]);
  expect(world.server.rejected).toBe(0);
});

test('a raised limit applies from the first answer that reports it', async () => {
  const world = createWorld({ limit: 10 });
  const process = world.start([{ name: 'sync', limit: 4, windowMs: MINUTE_MS }]);
  for (let call = 0; call < 10; call += 1) void process.call('sync');
  await world.clock.advance(1_000);
  expect(world.server.windows).toEqual([10]);
});

describe('a warning', () => {
  test('reports foreign use', async () => {
    const world = createWorld({ limit: 5 });
    const onWarning = vi.fn();
    const limiter = createRateLimiter({
      store: world.store,
      clock: world.clock,
      namespace: 'test',
      policies: [{ name: 'sync', limit: 5, windowMs: MINUTE_MS }],
      onWarning,
    });
    const headers = new Headers({ 'x-ratelimit-limit': '5', 'x-ratelimit-remaining': '2' });
    await (await limiter.acquire('sync')).report({ kind: 'answered', status: 200, headers });
    expect(onWarning).toHaveBeenCalledWith({
      code: 'foreign-use',
      bucket: 'sync',
      message: 'sync: the account made 2 calls elsewhere',
    });
    expect((await limiter.snapshot('sync')).remaining).toBe(2);
  });

  test('does not disturb calls if its listener throws', async () => {
    const onWarning = vi.fn(() => {
      throw new Error('the log is full');
    });
    const limiter = createRateLimiter({
      store: { update: () => Promise.reject(new Error('away')), close: async () => undefined },
      clock: createVirtualClock(),
      namespace: 'test',
      policies: [{ name: 'sync', limit: 5, windowMs: MINUTE_MS }],
      onWarning,
    });
    const permit = await limiter.acquire('sync');
    const headers = new Headers({ 'x-ratelimit-limit': '7', 'x-ratelimit-remaining': '6' });
    await permit.report({ kind: 'answered', status: 200, headers });
    expect((await limiter.snapshot('sync')).state).toBe('locked');
    expect(onWarning).toHaveBeenCalledTimes(2);
  });
});

describe('closing', () => {
  test('rejects waiting and later calls', async () => {
    const world = createWorld({ limit: 1 });
    const { limiter } = world.start();
    await limiter.acquire('sync');
    const waiting = limiter.acquire('sync');
    const refused = expect(waiting).rejects.toMatchObject({ code: 'RATE_LIMITER_CLOSED' });
    await limiter.close();
    await refused;
    await expect(limiter.acquire('sync')).rejects.toMatchObject({ code: 'RATE_LIMITER_CLOSED' });
    expect(world.clock.timers().waiting).toBe(0);
  });

  test('still accepts the report of a permit', async () => {
    const world = createWorld({ limit: 5 });
    const [one, two] = [world.start(), world.start()];
    const permit = await one.limiter.acquire('sync');
    await one.limiter.close();
    await permit.release();
    expect((await two.limiter.snapshot('sync')).remaining).toBe(5);
  });
});

describe('background calls', () => {
  test('leave a fifth of the allowance to interactive calls until the window is nearly over', async () => {
    const world = createWorld({ limit: 10 });
    const process = world.start();
    for (let call = 0; call < 10; call += 1) void process.call('sync', {}, { priority: 'background' });
    await world.clock.advance(1_000);
    expect(world.server.accepted).toBe(8);
    void process.call('sync', {}, { maxWaitMs: 0 });
    await world.clock.advance(1_000);
    expect(world.server.accepted).toBe(9);
    await world.clock.advance(0.8 * MINUTE_MS);
    expect(world.server.windows).toEqual([10]);
  });

  test('come after interactive calls, even later ones', async () => {
    const world = createWorld({ limit: 1 });
    const process = world.start();
    void process.call('sync');
    await world.clock.advance(1_000);
    const order: string[] = [];
    void process.call('sync', {}, { priority: 'background' }).then(() => order.push('background'));
    await world.clock.advance(1_000);
    void process.call('sync').then(() => order.push('interactive'));
    await world.clock.advance(3 * MINUTE_MS);
    expect(order).toEqual(['interactive', 'background']);
  });

  test('use the full allowance if there are no interactive calls', async () => {
    const world = createWorld({ limit: 10 });
    const process = world.start();
    for (let call = 0; call < 30; call += 1) void process.call('sync', {}, { priority: 'background' });
    await world.clock.advance(3 * (MINUTE_MS + 200));
    expect(world.server.windows).toEqual([10, 10, 10]);
    expect(world.server.rejected).toBe(0);
  });
});

describe('processes that share an account', () => {
  test('serve their calls in order of arrival', async () => {
    const world = createWorld({ limit: 2 });
    const processes = [world.start(), world.start(), world.start()];
    const served: number[] = [];
    for (let call = 0; call < 12; call += 1) {
      void processes[call % 3]?.call('sync').then(() => served.push(call));
      await world.clock.advance(300);
    }
    await world.clock.advance(6 * (MINUTE_MS + 200));
    const byWindow = [0, 2, 4, 6, 8, 10].map((at) => served.slice(at, at + 2).sort((a, b) => a - b));
    expect(byWindow).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
      [10, 11],
    ]);
  });

  test('share the allowance evenly if all calls come at once', async () => {
    const world = createWorld({ limit: 6 });
    const processes = [world.start(), world.start(), world.start()];
    const served = [0, 0, 0];
    for (let call = 0; call < 36; call += 1) {
      void processes[call % 3]?.call('sync').then(() => (served[call % 3] = (served[call % 3] ?? 0) + 1));
    }
    await world.clock.advance(3 * (MINUTE_MS + 200) - 1_000);
    expect(served).toEqual([6, 6, 6]);
  });

  test('take over the place of a killed process after a second at most', async () => {
    const world = createWorld({ limit: 2 });
    const [dead, alive] = [world.start(), world.start()];
    void alive.call('sync');
    await world.clock.advance(500);
    void alive.call('sync');
    await world.clock.advance(500);
    for (let call = 0; call < 2; call += 1) void dead.call('sync');
    await world.clock.advance(500);
    const served: number[] = [];
    for (let call = 0; call < 2; call += 1) {
      void alive.call('sync').then(() => served.push(world.clock.monotonic()));
    }
    dead.kill();
    await world.clock.advance(MINUTE_MS);
    expect(served).toHaveLength(2);
    expect(Math.max(...served)).toBeLessThan(MINUTE_MS + MARGIN_MS + 2 * FLIGHT_MS + 1_100);
  });

  test('replace the probe of a killed process after five seconds', async () => {
    const world = createWorld({ limit: 5 });
    const [dead, alive] = [world.start(), world.start()];
    void dead.call('sync', { work: 50_000 });
    await world.clock.advance(10);
    dead.kill();
    const next = vi.fn();
    void alive.call('sync').then(next);
    await world.clock.advance(4_900);
    expect(next).not.toHaveBeenCalled();
    await world.clock.advance(100 + FLIGHT_MS + 10);
    expect(next).toHaveBeenCalledOnce();
  });
});
