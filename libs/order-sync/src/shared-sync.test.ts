import { getEventListeners } from 'node:events';
import { CancelledError, RateLimitedError } from '@wemasy-orders/client';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it } from 'vitest';
import { SyncOutcomeUnknownError } from './errors.js';
import type { SendingAttempt } from './record.js';
import { type SyncContext, startSharedSync, type WaitOptions } from './shared-sync.js';

const attempt: SendingAttempt = {
  id: 'a1',
  state: 'sending',
  startedAt: '2026-11-22T09:00:00.000Z',
  leaseUntil: '2026-11-22T09:00:45.000Z',
  by: { app: 'tests', version: '1.0.0', pid: 1, host: 'elsewhere', instance: 'a' },
};

/** Work that the test does by hand. */
function begin() {
  const clock = createVirtualClock();
  let context: SyncContext | undefined;
  let finish: (result: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const shared = startSharedSync(42, clock, (given) => {
    context = given;
    return new Promise<string>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
  });
  if (context === undefined) throw new Error('work starts at once');
  return {
    clock,
    context,
    finish: (result: string) => finish(result),
    fail: (error: Error) => fail(error),
    shared,
    /** Joins, and returns how that ended. */
    join(waiting: WaitOptions = {}) {
      const joined: { result?: string; error?: unknown } = {};
      shared.join(waiting).then(
        (result) => (joined.result = result),
        (error: unknown) => (joined.error = error),
      );
      return joined;
    },
  };
}

it('a piece of work keeps its process alive with the longest timer that Node has', async () => {
  const { clock } = begin();
  await clock.advance(2 ** 31 - 2);
  expect(clock.timers().keepingAlive).toBe(1);
  await clock.advance(1);
  expect(clock.timers().keepingAlive).toBe(0);
});

describe('callers of one piece of work', () => {
  it('all get its result', async () => {
    const { clock, finish, join } = begin();
    const joined = [join(), join()];
    finish('done');
    await clock.advance(0);
    expect(joined).toEqual([{ result: 'done' }, { result: 'done' }]);
  });

  it('all get its result, even if the listener of one throws', async () => {
    const { clock, context, finish, join } = begin();
    const onWait = () => {
      throw new Error('the terminal is gone');
    };
    const waiting = join({ onWait });
    context.waitForPermit(5_000);
    const joined = [waiting, join({ onWait }), join()];
    finish('done');
    await clock.advance(0);
    expect(joined).toEqual([{ result: 'done' }, { result: 'done' }, { result: 'done' }]);
  });

  it('may go as long as nothing was sent, and the last one takes the work with it', async () => {
    const { clock, context, shared, join } = begin();
    const [first, second] = [new AbortController(), new AbortController()];
    const joined = [join({ signal: first.signal }), join({ signal: second.signal })];
    first.abort();
    await clock.advance(0);
    expect(joined).toEqual([{ error: expect.any(CancelledError) }, {}]);
    expect(context.signal.aborted).toBe(false);
    second.abort();
    await clock.advance(0);
    expect(joined[1]).toEqual({ error: expect.any(CancelledError) });
    expect(context.signal.aborted).toBe(true);
    expect(shared.abandoned()).toBe(true);
  });

  it('stay while the request may be under way, and go when it turns out that it was not', async () => {
    const { clock, context, join } = begin();
    const cancel = new AbortController();
    const joined = join({ signal: cancel.signal });
    context.setPhase({ kind: 'sending' });
    cancel.abort();
    await clock.advance(0);
    expect(joined).toEqual({});
    expect(context.signal.aborted).toBe(false);
    context.setPhase({ kind: 'queued' });
    await clock.advance(0);
    expect(joined).toEqual({ error: expect.any(CancelledError) });
  });

  it('that leave while another process sends learn that it does', async () => {
    const { clock, context, join } = begin();
    const cancel = new AbortController();
    const joined = join({ signal: cancel.signal });
    context.setPhase({ kind: 'elsewhere', attempt });
    cancel.abort();
    await clock.advance(0);
    expect(joined.error).toBeInstanceOf(SyncOutcomeUnknownError);
    expect(joined.error).toMatchObject({ moment: 'under_way', attempt: { id: 'a1' } });
  });
});

describe('a caller that joins', () => {
  it('with a cancelled signal goes at once, and takes the work with it if it is alone', async () => {
    const { clock, context, shared, join } = begin();
    const joined = join({ signal: AbortSignal.abort() });
    await clock.advance(0);
    expect(joined.error).toEqual(new CancelledError('none'));
    expect(context.signal.aborted).toBe(true);
    expect(shared.abandoned()).toBe(true);
  });

  it('gets the failure of the work, like all others, also when it failed before', async () => {
    const { clock, fail, shared, join } = begin();
    const joined = [join(), join({ maxWaitMs: 1_000 })];
    fail(new Error('no'));
    await clock.advance(0);
    joined.push(join());
    await clock.advance(0);
    expect(joined).toEqual(joined.map(() => ({ error: new Error('no') })));
    expect(shared.abandoned()).toBe(false);
    expect(clock.timers().waiting).toBe(0);
  });

  it.each(['the work ends', 'it is cancelled', 'its wait is over'])(
    'leaves nothing behind when %s',
    async (how) => {
      const { clock, context, finish, join } = begin();
      const controller = new AbortController();
      join();
      join({ signal: controller.signal, maxWaitMs: 60_000 });
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
      expect(clock.timers()).toEqual({ waiting: 2, keepingAlive: 2 });
      if (how === 'the work ends') finish('done');
      else if (how === 'it is cancelled') controller.abort();
      else context.waitForPermit(60_001);
      await clock.advance(0);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      expect(clock.timers().waiting).toBe(how === 'the work ends' ? 0 : 1);
    },
  );

  it('is notified of each wait, and of none that is over', async () => {
    const { clock, context, join } = begin();
    const waits: number[] = [];
    join({ onWait: ({ expectedWaitMs }) => waits.push(expectedWaitMs) });
    expect(waits).toEqual([]);
    context.waitForPermit(5_000);
    context.setPhase({ kind: 'queued' });
    join({ onWait: () => waits.push(-1) });
    context.waitForPermit(7_000);
    expect(waits).toEqual([5_000, 7_000, -1]);
    await clock.advance(9_000);
    join({ onWait: ({ expectedWaitMs }) => waits.push(expectedWaitMs) });
    expect(waits.at(-1)).toBe(0);
  });

  it('is asked again when the phase changes', async () => {
    const { clock, context, shared, join } = begin();
    expect(shared.phase()).toEqual({ kind: 'queued' });
    const controller = new AbortController();
    context.setPhase({ kind: 'sending' });
    expect(shared.phase()).toEqual({ kind: 'sending' });
    const joined = join({ signal: controller.signal, maxWaitMs: 10 });
    context.waitForPermit(1_000);
    await clock.advance(20);
    controller.abort();
    expect(joined).toEqual({});
    context.setPhase({ kind: 'elsewhere', attempt });
    await clock.advance(0);
    expect(joined.error).toBeInstanceOf(SyncOutcomeUnknownError);
  });
});

describe('the process', () => {
  it('stays alive until the work ends, and no longer', async () => {
    const { clock, finish, join } = begin();
    expect(clock.timers().keepingAlive).toBe(1);
    join({ maxWaitMs: 60_000 });
    finish('done');
    await clock.advance(0);
    expect(clock.timers().waiting).toBe(0);
  });
});

describe('a caller’s patience', () => {
  it('is over at once when the allowance is expected too late', async () => {
    const { clock, context, join } = begin();
    const joined = [join({ maxWaitMs: 1_000 }), join({ maxWaitMs: 20_000 }), join()];
    context.waitForPermit(12_300);
    await clock.advance(0);
    expect(joined).toEqual([{ error: expect.any(RateLimitedError) }, {}, {}]);
    expect(joined[0]?.error).toMatchObject({ source: 'local', retryAfterSeconds: 13 });
  });

  it.each([
    [10_000, 'waits'],
    [10_001, 'goes'],
  ])('of 10 s lets it wait for a permit that is expected in %i ms: it %s', async (expectedMs, outcome) => {
    const { clock, context, join } = begin();
    const joined = join({ maxWaitMs: 10_000 });
    context.waitForPermit(expectedMs);
    await clock.advance(0);
    expect('error' in joined).toBe(outcome === 'goes');
  });

  it('that is over when the permit is due says to come back in a second', async () => {
    const { clock, context, join } = begin();
    const joined = join({ maxWaitMs: 1_000 });
    context.waitForPermit(1_000);
    await clock.advance(1_000);
    expect(joined.error).toMatchObject({ source: 'local', retryAfterSeconds: 1 });
  });

  it('is over when the allowance does not come as expected', async () => {
    const { clock, context, join } = begin();
    const joined = join({ maxWaitMs: 10_000 });
    context.waitForPermit(8_000);
    await clock.advance(9_999);
    expect(joined).toEqual({});
    await clock.advance(1);
    expect(joined.error).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 1 });
  });

  it('covers the wait for allowance alone: it does not expire while no caller waits for that', async () => {
    const { clock, context, join } = begin();
    const joined = join({ maxWaitMs: 1_000 });
    context.waitForPermit(500);
    await clock.advance(500);
    context.setPhase({ kind: 'elsewhere', attempt });
    await clock.advance(5_000);
    expect(joined).toEqual({});
  });

  it('counts for a caller that joins late: it learns the rest of the wait', async () => {
    const { clock, context, join } = begin();
    join();
    context.waitForPermit(10_000);
    await clock.advance(4_000);
    const waits: number[] = [];
    join({ onWait: ({ expectedWaitMs }) => waits.push(expectedWaitMs) });
    expect(waits).toEqual([6_000]);
  });
});
