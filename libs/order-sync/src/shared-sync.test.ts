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
  const shared = startSharedSync(42, clock, (given) => {
    context = given;
    return new Promise<string>((resolve) => (finish = resolve));
  });
  if (context === undefined) throw new Error('work starts at once');
  return {
    clock,
    context,
    finish: (result: string) => finish(result),
    shared,
    /** Joins, and tells how that ended. */
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

describe('callers of one piece of work', () => {
  it('all get its result', async () => {
    const { clock, finish, join } = begin();
    const joined = [join(), join()];
    finish('done');
    await clock.advance(0);
    expect(joined).toEqual([{ result: 'done' }, { result: 'done' }]);
  });

  it('all get its result, whatever one of them throws when it hears that it has to wait', async () => {
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

  it('that go while another process sends are told that it does', async () => {
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

describe('the process', () => {
  it('is kept alive as long as the work goes on, and no longer', async () => {
    const { clock, finish, join } = begin();
    expect(clock.timers().keepingAlive).toBe(1);
    join({ maxWaitMs: 60_000 });
    finish('done');
    await clock.advance(0);
    expect(clock.timers().waiting).toBe(0);
  });
});

describe('a caller’s patience', () => {
  it('is over at once when the budget is expected too late', async () => {
    const { clock, context, join } = begin();
    const joined = [join({ maxWaitMs: 1_000 }), join({ maxWaitMs: 20_000 }), join()];
    context.waitForPermit(12_300);
    await clock.advance(0);
    expect(joined).toEqual([{ error: expect.any(RateLimitedError) }, {}, {}]);
    expect(joined[0]?.error).toMatchObject({ source: 'local', retryAfterSeconds: 13 });
  });

  it('is over when the budget does not come as expected', async () => {
    const { clock, context, join } = begin();
    const joined = join({ maxWaitMs: 10_000 });
    context.waitForPermit(8_000);
    await clock.advance(9_999);
    expect(joined).toEqual({});
    await clock.advance(1);
    expect(joined.error).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 1 });
  });

  it('is for budget only: it does not end while nobody waits for that', async () => {
    const { clock, context, join } = begin();
    const joined = join({ maxWaitMs: 1_000 });
    context.waitForPermit(500);
    await clock.advance(500);
    context.setPhase({ kind: 'elsewhere', attempt });
    await clock.advance(5_000);
    expect(joined).toEqual({});
  });

  it('is asked for when it joins late: it learns what is left of the wait', async () => {
    const { clock, context, join } = begin();
    join();
    context.waitForPermit(10_000);
    await clock.advance(4_000);
    const waits: number[] = [];
    join({ onWait: ({ expectedWaitMs }) => waits.push(expectedWaitMs) });
    expect(waits).toEqual([6_000]);
  });
});
