import { createMemoryStore, type StateStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { env } from 'node:process';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createRateLimiter } from './rate-limiter.js';
import { createWorld, MINUTE_MS, type SimulatedProcess, type World } from './testing/world.js';
import type { RateLimiter, RateLimitWarning } from './types.js';

const headers = (remaining: number) =>
  new Headers({ 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': String(remaining) });

/** A limiter on a store that can become unreachable and come back. */
function limiterOnUnreliableStore() {
  const clock = createVirtualClock();
  const shared = createMemoryStore({ clock });
  let isAway = false;
  const store: StateStore = {
    update: async (key, updater, options) => {
      if (isAway) throw new Error('connection lost');
      return shared.update(key, updater, options);
    },
    close: () => shared.close(),
  };
  const warnings: RateLimitWarning[] = [];
  const limiter = createRateLimiter({
    store,
    clock,
    namespace: 'test',
    policies: [
      { name: 'list', limit: 60, windowMs: 60_000 },
      { name: 'sync', limit: 5, windowMs: 60_000 },
    ],
    onWarning: (warning) => warnings.push(warning),
  });
  return {
    limiter,
    warnings,
    /** The limiter retries the store after a while. */
    async setAway(away: boolean) {
      isAway = away;
      await clock.advance(250);
    },
  };
}

/** How many calls go through before one has to wait; the server sees no other calls. */
async function callsNow({ limiter }: { limiter: RateLimiter }, usedBefore = 0): Promise<number> {
  for (let calls = 0; ; calls += 1) {
    const permit = await limiter.acquire('list', { maxWaitMs: 0 }).catch(() => undefined);
    if (permit === undefined) return calls;
    await permit.report({ kind: 'answered', status: 200, headers: headers(60 - usedBefore - calls - 1) });
  }
}

describe('while the store is unreachable', () => {
  it('a process uses a quarter of the allowance and warns once', async () => {
    const unreliable = limiterOnUnreliableStore();
    await unreliable.setAway(true);
    expect(await callsNow(unreliable)).toBe(15);
    expect(await callsNow(unreliable)).toBe(0);
    expect(unreliable.warnings.map(({ code }) => code)).toEqual(['store-failed']);
    expect((await unreliable.limiter.snapshot('list')).remaining).toBe(0);
  });

  it('an unused limiter does not notice', async () => {
    const unreliable = limiterOnUnreliableStore();
    await unreliable.setAway(true);
    await unreliable.limiter.close();
    expect(unreliable.warnings).toEqual([]);
  });
});

describe('a process that uses the account alone', () => {
  it('sends no probe into a window that it knew to be full when the store went away', async () => {
    const world = createWorld({ limit: 5 });
    const process = world.start();
    for (let calls = 0; calls < 5; calls += 1) await callIn(world, process);
    process.setStore('away');
    const sixth = process.call('sync');
    await world.clock.advance(MINUTE_MS / 2);
    expect(world.server).toMatchObject({ accepted: 5, rejected: 0 });
    await world.clock.advance(MINUTE_MS);
    expect(await sixth).toBe(200);
  });

  it('takes at most a share of what was left', async () => {
    const world = createWorld({ limit: 60 });
    const process = world.start();
    for (let calls = 0; calls < 40; calls += 1) await callIn(world, process);
    process.setStore('away');
    for (let calls = 0; calls < 20; calls += 1) void process.call('sync');
    await world.clock.advance(MINUTE_MS / 2);
    expect(world.server).toMatchObject({ accepted: 45, rejected: 0 });
  });

  it('merges what it did during the outage into the shared record', async () => {
    const world = createWorld({ limit: 8 });
    const process = world.start();
    process.setStore('away');
    for (let calls = 0; calls < 2; calls += 1) await callIn(world, process);
    process.setStore('here');
    await world.clock.advance(300);
    for (let calls = 0; calls < 9; calls += 1) void process.call('sync');
    await world.clock.advance(MINUTE_MS / 2);
    expect(world.server).toMatchObject({ accepted: 8, rejected: 0 });
  });

  it('is never refused, whenever the store goes and comes back', async () => {
    const trouble = fc.constantFrom('here', 'away', 'mute', 'slow');
    const travel = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20_000 }));
    const step = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 40_000 })),
      trouble,
      journeys: fc.array(fc.record({ up: travel, work: travel, down: travel }), { maxLength: 6 }),
    });
    const stories = fc.array(step, { minLength: 1, maxLength: 20, size: 'max' });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), stories, async (limit, story) => {
        const world = createWorld({ limit });
        const process = world.start();
        for (const { afterMs, trouble, journeys } of story) {
          await world.clock.advance(afterMs);
          process.setStore(trouble);
          for (const journey of journeys) process.call('sync', journey).catch(() => undefined);
        }
        process.setStore('here');
        await world.clock.advance(5 * MINUTE_MS);
        expect(world.server.rejected).toBe(0);
      }),
      { numRuns: Number(env['PROPERTY_RUNS'] ?? 150), endOnFailure: true },
    );
  }, 600_000);
});

describe('a namespace that is looked up', () => {
  /** A limiter whose namespace is found only when `find` resolves. */
  function limiterOf(namespace: () => Promise<string>) {
    const clock = createVirtualClock();
    const keys = new Set<string>();
    const shared = createMemoryStore({ clock });
    const warnings: RateLimitWarning[] = [];
    const limiter = createRateLimiter({
      store: { ...shared, update: (key, ...rest) => (keys.add(key), shared.update(key, ...rest)) },
      clock,
      namespace,
      policies: [
        { name: 'list', limit: 60, windowMs: 60_000 },
        { name: 'sync', limit: 5, windowMs: 60_000 },
      ],
      onWarning: (warning) => warnings.push(warning),
    });
    return { clock, keys, limiter, warnings };
  }

  it('is looked up once for all counters, when the first call needs it', async () => {
    const find = vi.fn(async () => 'account-1');
    const { limiter, keys } = limiterOf(find);
    expect(find).not.toHaveBeenCalled();
    for (const policy of ['list', 'sync', 'list']) await (await limiter.acquire(policy)).release();
    expect(find).toHaveBeenCalledOnce();
    expect([...keys]).toEqual(['account-1/window/list', 'account-1/window/sync']);
  });

  it('is looked up once when several counters need it at the same time', async () => {
    const find = vi.fn(async () => 'account-1');
    const { limiter } = limiterOf(find);
    await Promise.all(['list', 'sync'].map((policy) => limiter.acquire(policy)));
    expect(find).toHaveBeenCalledOnce();
  });

  it('leaves a share of the allowance while the look-up fails, and that use is merged later', async () => {
    let isAway = true;
    const looked = limiterOf(async () => {
      if (isAway) throw new Error('connection lost');
      return 'account-1';
    });
    expect(await callsNow(looked)).toBe(15);
    expect(looked.keys.size).toBe(0);
    expect(looked.warnings.map(({ code }) => code)).toEqual(['store-failed']);
    isAway = false;
    await looked.clock.advance(250);
    const permit = await looked.limiter.acquire('list');
    await permit.report({ kind: 'answered', status: 200, headers: headers(60 - 16) });
    expect([...looked.keys]).toEqual(['account-1/window/list']);
    expect((await looked.limiter.snapshot('list')).remaining).toBe(44);
  });
});

/** One complete call. */
async function callIn({ clock }: World, process: SimulatedProcess): Promise<void> {
  const done = process.call('sync');
  await clock.advance(100);
  expect(await done).toBe(200);
}

describe('when the store is back', () => {
  it('one call goes alone and learns what was used meanwhile', async () => {
    const unreliable = limiterOnUnreliableStore();
    expect((await unreliable.limiter.snapshot('list')).remaining).toBe(60);
    await unreliable.setAway(true);
    expect(await callsNow(unreliable)).toBe(15);
    await unreliable.setAway(false);
    await unreliable.limiter.snapshot('list');
    const permit = await unreliable.limiter.acquire('list');
    expect((await unreliable.limiter.snapshot('list')).state).toBe('probing');
    await permit.report({ kind: 'answered', status: 200, headers: headers(60 - 16) });
    expect((await unreliable.limiter.snapshot('list')).remaining).toBe(44);
    expect(unreliable.warnings.filter(({ code }) => code === 'store-failed')).toHaveLength(1);
  });

  it('each outage is reported once for all counters', async () => {
    const unreliable = limiterOnUnreliableStore();
    for (const away of [true, false, true]) {
      await unreliable.setAway(away);
      for (const policy of ['list', 'sync']) {
        const permit = await unreliable.limiter.acquire(policy);
        await permit.report({ kind: 'answered', status: 200, headers: headers(4) });
      }
    }
    expect(unreliable.warnings.filter(({ code }) => code === 'store-failed')).toHaveLength(2);
  });
});
