import { createVirtualClock } from '@wemasy-orders/state/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryRateLimiter, createSimpleRateLimiter } from './rate-limiter.js';
import { createWorld, MINUTE_MS, type Journey, type LimiterKind } from './testing/world.js';
import type { AcquireOptions } from './types.js';

const anyCost = fc.integer({ min: 1, max: 3 });
const anyCall = fc.record({
  up: fc.nat(2_000),
  down: fc.nat(2_000),
  lost: fc.option(fc.constantFrom('request' as const, 'answer' as const), { nil: undefined }),
  priority: fc.constantFrom('interactive' as const, 'background' as const),
  maxWaitMs: fc.option(fc.nat(2 * MINUTE_MS), { nil: undefined }),
});
interface Call extends AcquireOptions, Pick<Journey, 'up' | 'down' | 'lost'> {
  readonly afterMs: number;
}

/**
 * Calls that cost the same, or that are farther apart than the time within which the processes of a shared record take
 * turns: there, calls of different costs take turns as well.
 */
const anyCalls: fc.Arbitrary<readonly Call[]> = fc
  .record({
    calls: fc.array(fc.tuple(anyCall, fc.nat(20_000), anyCost), { minLength: 1, maxLength: 20 }),
    common: fc.option(anyCost, { nil: undefined }),
  })
  .map(({ calls, common }) =>
    calls.map(([call, afterMs, cost]) => ({
      ...call,
      afterMs: common === undefined ? afterMs + 250 : afterMs,
      cost: common ?? cost,
    })),
  );

/** What became of each call, and when, and what the server counted. */
async function courseOf(calls: readonly Call[], limiters: LimiterKind) {
  const { clock, server, start } = createWorld({ limit: 5, limiters });
  const process = start();
  const course: string[] = [];
  for (const [at, { afterMs, up, down, lost, ...options }] of calls.entries()) {
    await clock.advance(afterMs);
    const note = (what: unknown) => course.push(`${at} at ${clock.monotonic()}: ${String(what)}`);
    void process.call('sync', { up, down, lost }, options).then(note, note);
  }
  await clock.advance(20 * MINUTE_MS);
  return { course, windows: server.windows, snapshot: await process.limiter.snapshot('sync') };
}

describe.each(['memory', 'simple'] as const)('a limiter without a store: %s', (limiters) => {
  it('does to the millisecond what one does that has a store for itself', async () => {
    await fc.assert(
      fc.asyncProperty(anyCalls, async (calls) => {
        expect(await courseOf(calls, limiters)).toEqual(await courseOf(calls, 'shared'));
      }),
      { numRuns: 100 },
    );
  });

  it('serves calls that come at the same time in the order in which they come, whatever they cost', async () => {
    const world = createWorld({ limit: 5, limiters });
    const process = world.start();
    const course: number[] = [];
    for (const [at, cost] of [2, 1, 2, 3, 1].entries()) {
      void process.call('sync', {}, { cost }).then(() => course.push(at));
    }
    await world.clock.advance(5 * MINUTE_MS);
    expect(course).toEqual([0, 1, 2, 3, 4]);
  });

  it('uses every window of the server to the last call, and is never refused', async () => {
    const world = createWorld({ limit: 5, limiters });
    const process = world.start();
    for (let call = 0; call < 20; call += 1) void process.call('sync');
    await world.clock.advance(5 * MINUTE_MS);
    expect([world.server.windows, world.server.rejected]).toEqual([[5, 5, 5, 5], 0]);
  });

  it('refuses policies that contradict each other', () => {
    const policy = { name: 'a', limit: 1, windowMs: 1 };
    const create = { memory: createMemoryRateLimiter, simple: createSimpleRateLimiter }[limiters];
    expect(() => create({ policies: [policy, policy], clock: createVirtualClock() })).toThrow(
      'declared twice',
    );
  });

  it('refuses a policy that it does not know, and a cost that is none', async () => {
    const { limiter } = createWorld({ limiters }).start();
    await expect(limiter.acquire('other')).rejects.toThrow('Unknown rate-limit policy "other"; known: sync');
    await expect(limiter.acquire('sync', { cost: 0 })).rejects.toThrow('cost must be a positive integer');
  });

  it('gives no permit once it is closed', async () => {
    const { limiter } = createWorld({ limiters }).start();
    await limiter.close();
    await expect(limiter.acquire('sync')).rejects.toThrow('The rate limiter is closed');
  });
});
