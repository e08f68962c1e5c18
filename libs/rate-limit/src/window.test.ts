import type { StoreTime } from '@wemasy-orders/state';
import { describe, expect, test } from 'vitest';
import type { RateLimitFacts } from './headers.js';
import { compact, currentDraft, timingOf, type Draft, type PermitStamp } from './counter.js';
import { mergeUsage, type FallbackUsage } from './fallback.js';
import type { Place, WaitingCall } from './queue.js';
import { grantShared } from './shared-queue.js';
import { snapshotOf } from './snapshot.js';
import type { WindowKind } from './types.js';
import { advanceClock, parseWindowState, type WindowState } from './window-state.js';
import { recordLifeMs, reduceWindow, type WindowEvent } from './window.js';

const MINUTE_MS = 60_000;
const MARGIN_MS = 50;
const START = Date.UTC(2026, 0, 1);

interface RecordOptions {
  limit?: number;
  windowMs?: number;
  kind?: WindowKind;
}

/** One record and the clocks that it reads. */
function createRecord({ limit = 5, windowMs = MINUTE_MS, kind }: RecordOptions = {}) {
  const rules = { windowMs, limits: { sync: limit }, ...(kind && { kind }) };
  let state: WindowState | undefined;
  let wall = START;
  let monotonic = 1_000_000;
  let bootId = 'boot';
  const time = (): StoreTime => ({ wallMs: wall, monotonicMs: monotonic, bootId });
  const timing = timingOf(windowMs);
  const draftNow = () => currentDraft(state, advanceClock(state?.clock, time()), timing);
  const update = <T>(change: (draft: Draft) => T): T => {
    const draft = draftNow();
    const result = change(draft);
    compact(draft);
    // Through JSON, as in a store.
    state = parseWindowState(JSON.parse(JSON.stringify(draft)));
    expect(state).toStrictEqual(draft);
    return result;
  };
  const look = () => snapshotOf(draftNow(), 'sync', timing, rules, { id: 'other', waiting: 0 });
  const record = {
    state: () => state,
    pass(ms: number) {
      wall += ms;
      monotonic += ms;
    },
    setWall(ms: number) {
      wall += ms;
    },
    restart(offMs: number) {
      bootId = `${bootId}'`;
      monotonic = 5_000;
      wall += offMs;
    },
    forget() {
      state = undefined;
    },
    ask(n: number, by = 'one') {
      const { calls, recheckMs } = record.request(
        Array.from({ length: n }, () => call),
        by,
      );
      return { permits: calls.flatMap(({ permit }) => (permit ? [permit] : [])), recheckMs };
    },
    take(n: number): PermitStamp[] {
      const { permits } = record.ask(n);
      expect(permits).toHaveLength(n);
      return permits;
    },
    takeOne(): PermitStamp {
      const [permit] = record.take(1);
      if (!permit) throw new Error('A permit was expected');
      return permit;
    },
    answer(permit: PermitStamp, facts: RateLimitFacts = {}, status = 200) {
      const kind = status === 429 ? 'refusal' : 'answer';
      return record.send({ kind, permit, status, facts });
    },
    send: (event: WindowEvent) => update((draft) => reduceWindow(draft, event, timing, rules)),
    recover: (usage: FallbackUsage) => update((draft) => mergeUsage(draft, usage)),
    request: (calls: readonly WaitingCall[], by = 'one') =>
      update((draft) => grantShared(draft, { by, calls }, timing, rules)),
    /** Asks for one call of each cost; true where it got a permit. */
    askFor(...costs: number[]) {
      const calls = costs.map((cost) => ({ ...call, cost }));
      return record.request(calls).calls.map(({ permit }) => permit !== undefined);
    },
    takeCosting(cost: number): PermitStamp {
      const [grant] = record.request([{ ...call, cost }]).calls;
      if (!grant?.permit) throw new Error('A permit was expected');
      return grant.permit;
    },
    /** How many permits could be taken now. */
    get free() {
      return look().remaining;
    },
    get look() {
      return look();
    },
  };
  return record;
}

const call = { policy: 'sync', priority: 'interactive', waitedMs: 0 } as const;

/** A record that got the opener's answer at once: the window is known and one call is used. */
function createLockedRecord(options: RecordOptions = {}) {
  const record = createRecord(options);
  const limit = options.limit ?? 5;
  record.answer(record.takeOne(), { limit, remaining: limit - 1 });
  expect(record.look.state).toBe('locked');
  return record;
}

test('an event that shows nothing new warns of nothing', () => {
  const record = createRecord();
  const permit = record.takeOne();
  expect(record.send({ kind: 'release', permit })).toEqual([]);
  expect(record.send({ kind: 'lost', permit: record.takeOne() })).toEqual([]);
  expect(record.answer(record.takeOne(), { limit: 5, remaining: 4 })).toEqual([]);
});

describe('a known window', () => {
  test('grants all permits at once, and all again once it is certainly over', () => {
    const record = createLockedRecord();
    for (const permit of record.take(4)) record.answer(permit);
    record.pass(MINUTE_MS + MARGIN_MS - 1);
    expect(record.free).toBe(0);
    record.pass(1);
    expect(record.free).toBe(5);
  });

  test('ends one window length after the first answer that proved it, not after later ones', () => {
    const record = createLockedRecord();
    record.pass(30_000);
    for (const permit of record.take(4)) record.answer(permit);
    record.pass(30_000 + MARGIN_MS);
    expect(record.free).toBe(5);
  });

  test('reports the time until it is over', () => {
    const record = createLockedRecord();
    record.pass(20_000);
    expect(record.look).toMatchObject({ remaining: 4, resetInMs: 40_000 + MARGIN_MS });
  });
});

describe('a call that may straddle the boundary', () => {
  test('counts in both windows', () => {
    const record = createLockedRecord();
    const [straddler, ...others] = record.take(4);
    for (const permit of others) record.answer(permit);
    record.pass(MINUTE_MS - 500);
    // Its answer comes when a server that counts in whole seconds may have opened the next window.
    if (straddler) record.answer(straddler);
    record.pass(500 + MARGIN_MS);
    expect(record.free).toBe(4);
    record.pass(MINUTE_MS - 500 - 1);
    expect(record.free).toBe(4);
    record.pass(1);
    expect(record.free).toBe(5);
  });

  test('and is lost stays charged for the longest flight and one window', () => {
    const record = createLockedRecord();
    const [lost] = record.take(1);
    if (lost) record.send({ kind: 'lost', permit: lost });
    record.pass(2 * MINUTE_MS + MARGIN_MS - 1);
    expect(record.free).toBe(4);
    record.pass(1);
    expect(record.free).toBe(5);
  });
});

describe('a window that is shorter than a call may take', () => {
  const WINDOW_MS = 2_000;
  const chargedMs = WINDOW_MS + 4;
  const createShortRecord = () => createLockedRecord({ windowMs: WINDOW_MS });

  /** How long a permit stays charged. */
  const chargeOf = (
    treat: (record: ReturnType<typeof createRecord>, permit: PermitStamp) => void,
  ): number => {
    const record = createShortRecord();
    record.pass(chargedMs);
    treat(record, record.takeOne());
    return record.look.resetInMs;
  };

  test('charges a call in flight until its answer and one window after it', () => {
    const record = createShortRecord();
    const slow = record.takeOne();
    record.pass(30_000);
    expect(record.free).toBe(4);
    record.answer(slow);
    record.pass(chargedMs - 1);
    expect(record.free).toBe(4);
    record.pass(1);
    expect(record.free).toBe(5);
  });

  test('charges a call of a dead process for the longest flight and one window', () => {
    expect(chargeOf((record) => record.pass(1_000))).toBe(39_000 + chargedMs);
  });

  test('charges a lost call for five seconds and one window', () => {
    const charge = chargeOf((record, permit) => {
      record.pass(1_000);
      record.send({ kind: 'lost', permit });
    });
    expect(charge - chargedMs).toBeGreaterThanOrEqual(5_000);
    expect(charge - chargedMs).toBeLessThanOrEqual(5_000 + WINDOW_MS / 8);
  });

  test('keeps its record small even if every call is lost', () => {
    const record = createRecord({ windowMs: WINDOW_MS, limit: 300 });
    record.answer(record.takeOne(), { limit: 300, remaining: 299 });
    for (let round = 0; round < 299; round += 1) {
      record.send({ kind: 'lost', permit: record.takeOne() });
      record.pass(10);
    }
    expect(record.free).toBe(1);
    expect(record.state()?.inFlight.length).toBeLessThanOrEqual(14);
  });

  test('keeps its record longer than any charge', () => {
    expect(recordLifeMs({ windowMs: WINDOW_MS, limits: {} })).toBe(40_000 + chargedMs);
    expect(recordLifeMs({ windowMs: MINUTE_MS, limits: {} })).toBe(10 * MINUTE_MS);
  });
});

describe('a window that was opened while a call straddled the boundary', () => {
  /** The next window is opened at 60 s, with a straddler in flight that was sent at 59.9 s. */
  function createStraddledRecord() {
    const record = createLockedRecord();
    record.pass(59_900);
    const straddler = record.takeOne();
    record.pass(100 + MARGIN_MS);
    record.answer(record.takeOne());
    record.answer(straddler);
    return record;
  }

  test('may be as old as the straddler, so a call answered when that window may be over counts in both', () => {
    const record = createStraddledRecord();
    record.pass(30_000);
    const late = record.takeOne();
    record.pass(28_900);
    record.answer(late);
    record.pass(1_100 + MARGIN_MS);
    expect(record.free).toBe(4);
  });

  test('is no older than the end of the last one, so calls answered in time end with it', () => {
    const record = createLockedRecord();
    const slow = record.takeOne();
    record.pass(MINUTE_MS + MARGIN_MS);
    record.answer(record.takeOne());
    record.answer(slow);
    record.pass(50_000);
    record.answer(record.takeOne());
    record.pass(10_000 + MARGIN_MS);
    expect(record.free).toBe(5);
  });
});

describe('Remaining', () => {
  test('raises the count at once', () => {
    const record = createLockedRecord();
    const [first] = record.take(2);
    // Two calls of ours and two of others.
    if (first) record.answer(first, { limit: 5, remaining: 1 });
    expect(record.free).toBe(1);
  });

  test('does not lower the count while another call is in flight', () => {
    const record = createLockedRecord();
    const [first] = record.take(2);
    if (first) record.answer(first, { limit: 5, remaining: 4 });
    expect(record.free).toBe(2);
  });

  test('replaces the count after a call that was alone', () => {
    const record = createLockedRecord();
    for (const permit of record.take(3)) record.answer(permit, {}, 500);
    record.answer(record.takeOne(), { limit: 5, remaining: 3 });
    expect(record.free).toBe(3);
  });

  test('of Limit - 1 from a call that was alone proves a new window, however early the server opened it', () => {
    const record = createLockedRecord();
    for (const permit of record.take(3)) record.answer(permit);
    record.pass(59_500);
    record.answer(record.takeOne(), { limit: 5, remaining: 4 });
    expect(record.look).toMatchObject({ remaining: 4, resetInMs: MINUTE_MS + MARGIN_MS });
  });

  test('of Limit - 1 from a later call proves a new window, even if our clocks stopped meanwhile', () => {
    const record = createLockedRecord();
    for (const permit of record.take(2)) record.answer(permit);
    record.pass(48_000);
    const [opener, other] = record.take(2);
    if (opener) record.answer(opener, { limit: 5, remaining: 4 });
    if (other) record.answer(other, { limit: 5, remaining: 3 });
    record.pass(12_000 + MARGIN_MS);
    expect(record.look).toMatchObject({ remaining: 3, resetInMs: 48_000 });
  });

  test('of Limit - 1 from one of several calls opens a window for all of them', () => {
    const record = createLockedRecord();
    record.pass(59_500);
    const [opener, other] = record.take(2);
    if (opener) record.answer(opener, { limit: 5, remaining: 4 });
    record.pass(20_000);
    if (other) record.answer(other);
    record.pass(40_000 + MARGIN_MS);
    expect(record.free).toBe(5);
  });

  test('equal to the limit on a slow answer, read in the next window, frees nothing', () => {
    const record = createLockedRecord();
    const slow = record.takeOne();
    record.pass(MINUTE_MS - 10);
    record.answer(slow, { limit: 5, remaining: 5 });
    expect(record.free).toBe(3);
    record.pass(10 + MARGIN_MS);
    expect(record.free).toBe(4);
  });

  test('reveals foreign use, and the next call goes alone again', () => {
    const record = createLockedRecord();
    const findings = record.answer(record.takeOne(), { limit: 5, remaining: 1 });
    expect(findings).toEqual([{ kind: 'foreign-use', policy: 'sync', calls: 2 }]);
    expect(record.look).toMatchObject({ state: 'unknown', remaining: 1 });
    expect(record.state()?.uncertainty?.reason).toBe('foreign-use');
  });

  test('may reveal a billion foreign calls without a billion entries', () => {
    const record = createRecord();
    const limit = 999_999_999;
    record.answer(record.takeOne(), { limit, remaining: 0 });
    expect(record.look).toMatchObject({ remaining: 0, resetInMs: MINUTE_MS + MARGIN_MS });
    expect(record.ask(1)).toEqual({ permits: [], recheckMs: MINUTE_MS / 10 });
  });

  test('does not report the same foreign use twice', () => {
    const record = createLockedRecord({ limit: 10 });
    record.answer(record.takeOne(), { limit: 10, remaining: 6 });
    expect(record.answer(record.takeOne(), { limit: 10, remaining: 5 })).toEqual([]);
    expect(record.look).toMatchObject({ state: 'locked', remaining: 5 });
  });
});

describe('an opener', () => {
  test('goes alone until it has an answer', () => {
    const record = createRecord();
    expect(record.ask(5).permits).toHaveLength(1);
    expect(record.ask(4).permits).toHaveLength(0);
    expect(record.look.state).toBe('probing');
  });

  test('proves nothing with a 401 without headers, so the next call opens', () => {
    const record = createRecord();
    record.answer(record.takeOne(), {}, 401);
    expect(record.look).toMatchObject({ state: 'unknown', remaining: 4 });
    expect(record.state()?.window?.openBy).toBeUndefined();
    record.pass(1_000);
    // The server did not count the 401, so its window opened later than ours would have.
    record.answer(record.takeOne(), { limit: 5, remaining: 4 });
    expect(record.look).toMatchObject({ state: 'locked', remaining: 4, resetInMs: MINUTE_MS + MARGIN_MS });
  });

  test('stays charged and proves nothing with a 422 without headers', () => {
    const record = createRecord();
    record.answer(record.takeOne(), {}, 422);
    expect(record.look).toMatchObject({ state: 'unknown', remaining: 4, resetInMs: MINUTE_MS + MARGIN_MS });
  });

  test('proves a hit with a 422 with headers', () => {
    const record = createRecord();
    record.answer(record.takeOne(), { limit: 5, remaining: 4 }, 422);
    expect(record.look.state).toBe('locked');
  });

  test('proves a hit with a 200 without headers', () => {
    const record = createRecord();
    record.answer(record.takeOne());
    expect(record.look.state).toBe('locked');
  });

  test('makes room for the next call at once if it is released', () => {
    const record = createRecord();
    record.send({ kind: 'release', permit: record.takeOne() });
    expect(record.free).toBe(5);
    expect(record.ask(1).permits).toHaveLength(1);
  });

  test('is replaced after five seconds without an answer', () => {
    const record = createRecord();
    record.takeOne();
    record.pass(4_999);
    expect(record.ask(1, 'two').permits).toHaveLength(0);
    record.pass(1);
    expect(record.ask(1, 'two').permits).toHaveLength(1);
  });

  test('of another process is polled ever less often, at last four times a second', () => {
    const record = createRecord();
    record.takeOne();
    const looks: (number | undefined)[] = [];
    for (let look = 0; look < 12; look += 1) {
      const { recheckMs = 0 } = record.ask(1, 'two');
      looks.push(recheckMs);
      record.pass(recheckMs);
    }
    expect(looks).toEqual([10, 10, 10, 15, 23, 34, 51, 77, 115, 173, 250, 250]);
  });
});

describe('a 429', () => {
  test('lets calls counted before it expire with the pause', () => {
    const record = createLockedRecord();
    for (const permit of record.take(3)) record.answer(permit);
    record.pass(40_000);
    record.answer(record.takeOne(), { retryAfterMs: 5_000 }, 429);
    record.pass(6_000 + MARGIN_MS);
    expect(record.look).toMatchObject({ state: 'unknown', remaining: 5 });
  });

  test('is not forgotten after an answer to a call sent before it', () => {
    const record = createLockedRecord();
    const [refused, other] = record.take(2);
    if (refused) record.answer(refused, { retryAfterMs: 0 }, 429);
    if (other) record.answer(other, { limit: 5, remaining: 3 });
    record.pass(1_000 + MARGIN_MS);
    expect(record.ask(3).permits).toHaveLength(1);
  });
});

describe('a refusal', () => {
  test('that says that calls remain was counted, because it comes from behind the limit', () => {
    const record = createLockedRecord();
    record.answer(record.takeOne(), { limit: 5, remaining: 3, retryAfterMs: 1_000 }, 429);
    expect(record.look).toMatchObject({ state: 'paused' });
    expect(record.state()?.hits).toEqual([{ n: 2, from: START, until: START + MINUTE_MS + MARGIN_MS }]);
    record.pass(2_000 + MARGIN_MS);
    expect(record.free).toBe(3);
  });

  test('with nothing left was not counted', () => {
    const record = createLockedRecord();
    record.answer(record.takeOne(), { limit: 5, remaining: 0, retryAfterMs: 1_000 }, 429);
    record.pass(2_000 + MARGIN_MS);
    expect(record.free).toBe(5);
  });
});

describe('what a decision reports', () => {
  test('is nothing where nothing is unusual', () => {
    const record = createLockedRecord();
    const [answered, lost, released] = record.take(3);
    expect(answered && record.answer(answered)).toEqual([]);
    expect(lost && record.send({ kind: 'lost', permit: lost })).toEqual([]);
    expect(released && record.send({ kind: 'release', permit: released })).toEqual([]);
  });

  test('is a refusal and its pause', () => {
    const record = createLockedRecord();
    expect(record.answer(record.takeOne(), { retryAfterMs: 7_000 }, 429)).toEqual([
      { kind: 'rejected', policy: 'sync', pausedMs: 8_000 + MARGIN_MS },
    ]);
    expect(record.state()?.uncertainty).toEqual({ reason: 'rejected', issued: 2 });
  });

  test('is a new limit, once', () => {
    const record = createLockedRecord();
    expect(record.answer(record.takeOne(), { limit: 7, remaining: 5 })).toEqual([
      { kind: 'limit-changed', policy: 'sync', from: 5, to: 7 },
    ]);
    expect(record.answer(record.takeOne(), { limit: 7, remaining: 4 })).toEqual([]);
  });
});

describe('a proof of a hit', () => {
  test.each([
    [200, {}, 'locked'],
    [299, {}, 'locked'],
    [199, {}, 'unknown'],
    [300, {}, 'unknown'],
    [500, {}, 'unknown'],
    [500, { limit: 5, remaining: 4 }, 'locked'],
    [500, { limit: 5, remaining: 5 }, 'unknown'],
  ])('with status %d and %j: %s', (status, facts, state) => {
    const record = createRecord();
    record.answer(record.takeOne(), facts, status);
    expect(record.look.state).toBe(state);
  });
});

describe('a probe', () => {
  test('is not over because an older call was answered', () => {
    const record = createLockedRecord();
    const [refused, older] = record.take(2);
    if (refused) record.answer(refused, { retryAfterMs: 0 }, 429);
    record.pass(1_000 + MARGIN_MS);
    record.takeOne();
    if (older) record.answer(older);
    expect(record.look.state).toBe('probing');
  });

  test('is not over because a permit of another record with its number was answered', () => {
    const record = createRecord();
    const old = record.takeOne();
    record.forget();
    record.pass(1_000);
    const probe = record.takeOne();
    expect(probe.issued).toBe(old.issued);
    record.answer(old);
    expect(record.look.state).toBe('probing');
    const now = START + 1_000;
    expect(record.state()?.hits).toEqual([
      { n: 1, from: now - MINUTE_MS, until: now + MINUTE_MS + MARGIN_MS },
    ]);
  });
});

describe('foreign use', () => {
  test('is charged for a window from the answer that revealed it', () => {
    const record = createLockedRecord({ limit: 10 });
    record.pass(5_000);
    record.answer(record.takeOne(), { limit: 10, remaining: 5 });
    const now = START + 5_000;
    expect(record.state()?.foreign).toEqual({
      n: 3,
      from: now - MINUTE_MS,
      until: now + MINUTE_MS + MARGIN_MS,
    });
  });

  test('is none where the server counts what we count', () => {
    const record = createLockedRecord({ limit: 10 });
    record.answer(record.takeOne(), { limit: 10, remaining: 8 });
    expect(record.state()?.foreign).toBeUndefined();
  });

  /** A record with three foreign calls, and then two calls in flight five seconds later. */
  function createForeignRecord() {
    const record = createLockedRecord({ limit: 20 });
    record.answer(record.takeOne(), { limit: 20, remaining: 15 });
    record.answer(record.takeOne(), { limit: 20, remaining: 14 });
    record.pass(5_000);
    const [first] = record.take(2);
    if (!first) throw new Error('A permit was expected');
    return { record, first };
  }

  test('does not shrink by an answer to a call that was not alone', () => {
    const { record, first } = createForeignRecord();
    record.answer(first, { limit: 20, remaining: 13 });
    expect(record.state()?.foreign).toMatchObject({ n: 3, until: START + MINUTE_MS + MARGIN_MS });
  });

  test('lasts longer if a later answer shows as much of it', () => {
    const { record, first } = createForeignRecord();
    record.answer(first, { limit: 20, remaining: 12 });
    expect(record.state()?.foreign).toMatchObject({ n: 3, until: START + 5_000 + MINUTE_MS + MARGIN_MS });
  });

  test('ends with the pause of a refusal', () => {
    const { record, first } = createForeignRecord();
    record.answer(first, { retryAfterMs: 10_000 }, 429);
    expect(record.state()?.foreign?.until).toBe(START + 5_000 + 11_000 + MARGIN_MS);
  });
});

describe('the open window', () => {
  test('is proved by the first answer that counted, and begins with its opener', () => {
    const record = createRecord();
    record.answer(record.takeOne(), {}, 401);
    expect(record.state()?.window).toStrictEqual({ issued: 1, from: START });
    record.pass(1_000);
    record.answer(record.takeOne(), { limit: 5, remaining: 4 });
    expect(record.state()?.window).toEqual({ issued: 1, from: START + 1_000, openBy: START + 1_000 });
  });

  test('holds a call that is answered at the last moment before it can close, and none later', () => {
    for (const [afterMs, free] of [
      [59_000, 5],
      [59_001, 4],
    ] as const) {
      const record = createLockedRecord();
      const late = record.takeOne();
      record.pass(afterMs);
      record.answer(late);
      record.pass(MINUTE_MS + MARGIN_MS - afterMs);
      expect(record.free).toBe(free);
    }
  });

  test('is not proved by an answer to a call from before it', () => {
    const record = createLockedRecord();
    record.pass(59_900);
    const older = record.takeOne();
    record.pass(100 + MARGIN_MS);
    const opener = record.takeOne();
    record.answer(older);
    expect(record.state()?.window).toStrictEqual({ issued: opener.issued, from: older.from });
  });

  test('is proved as late as it can still be the one', () => {
    const record = createRecord();
    record.answer(record.takeOne(), {}, 401);
    const second = record.takeOne();
    record.pass(59_000);
    record.answer(second);
    expect(record.state()?.window?.openBy).toBe(START + 59_000);
  });

  test('is another one if the only call that the server counts was answered when the last one can have closed', () => {
    const record = createLockedRecord();
    const opener = record.takeOne();
    record.pass(59_500);
    record.answer(opener, { limit: 5, remaining: 4 });
    expect(record.state()?.window?.openBy).toBe(START + 59_500);
  });

  test('is no other one if its second call began at the same moment as its proof', () => {
    const record = createLockedRecord();
    const second = record.takeOne();
    record.pass(30_000);
    record.answer(second, { limit: 5, remaining: 4 });
    expect(record.state()?.window?.openBy).toBe(START);
  });

  test('is known again after an opener that took nearly a window', () => {
    const record = createRecord();
    const opener = record.takeOne();
    record.pass(59_500);
    record.answer(opener, { limit: 5, remaining: 4 });
    expect(record.state()?.window).toEqual({ issued: 1, from: START, openBy: START + 59_500 });
  });

  test('does not move by a late answer to a call from before it', () => {
    const record = createLockedRecord();
    record.pass(59_900);
    const older = record.takeOne();
    record.pass(100 + MARGIN_MS);
    record.answer(record.takeOne());
    record.pass(59_500);
    record.answer(older, { limit: 5, remaining: 4 });
    expect(record.state()?.window?.openBy).toBe(START + MINUTE_MS + MARGIN_MS);
  });

  test('is unknown after an outage, whose use is charged', () => {
    const record = createLockedRecord();
    const usage = {
      clock: { minElapsed: START, maxElapsed: START },
      hits: [{ n: 1, from: START, until: START + 70_000 }],
      inFlight: [{ n: 1, policy: 'sync', from: START, first: START, last: START, arrivesBy: START + 40_000 }],
    };
    record.recover(usage);
    expect(record.state()).toMatchObject({ uncertainty: { reason: 'outage', issued: 1 } });
    expect(record.state()?.window).toBeUndefined();
    expect(record.free).toBe(2);
  });
});

describe('a pause', () => {
  /** A call answered at 0, a call refused at 20 s that was sent at 10 s, and a call answered in between. */
  function createPausedRecord(retryAfterMs: number) {
    const record = createLockedRecord();
    record.pass(10_000);
    const refused = record.takeOne();
    record.pass(5_000);
    // The headers are missing, so the call may be in a window of its own.
    record.setWall(100_000);
    record.answer(record.takeOne(), {}, 200);
    record.pass(5_000);
    record.answer(refused, { retryAfterMs }, 429);
    return (record.state()?.hits ?? []).map(({ until }) => until - START);
  }

  test('shortens calls answered before the refused one was sent, but no later ones', () => {
    expect(createPausedRecord(5_000)).toEqual([26_000 + MARGIN_MS, 75_000 + MARGIN_MS]);
  });

  test('prolongs no call', () => {
    expect(createPausedRecord(59_000)).toEqual([60_000 + MARGIN_MS, 75_000 + MARGIN_MS]);
  });
});

describe('a call that costs more than one', () => {
  test('is charged its cost, in flight and when it was answered or lost', () => {
    const record = createLockedRecord({ limit: 10 });
    const [answered, lost, released] = [2, 3, 4].map((cost) => record.takeCosting(cost));
    expect(record.free).toBe(0);
    if (answered) record.answer(answered);
    if (lost) record.send({ kind: 'lost', permit: lost });
    if (released) record.send({ kind: 'release', permit: released });
    expect(record.free).toBe(10 - 1 - 2 - 3);
  });

  test('waits for room for all of its cost, and smaller calls do not overtake it', () => {
    const record = createLockedRecord({ limit: 5 });
    expect(record.askFor(2, 3, 1)).toEqual([true, false, false]);
  });

  test('and more than the limit goes alone', () => {
    const record = createLockedRecord({ limit: 5 });
    expect(record.askFor(7)).toEqual([false]);
    record.pass(MINUTE_MS + MARGIN_MS);
    expect(record.askFor(7, 1)).toEqual([true, false]);
  });

  test('opens a window if it is all that the server counts', () => {
    const record = createLockedRecord({ limit: 10 });
    record.pass(59_500);
    record.answer(record.takeCosting(4), { limit: 10, remaining: 6 });
    expect(record.look).toMatchObject({ remaining: 6, resetInMs: MINUTE_MS + MARGIN_MS });
  });

  test('is no foreign use', () => {
    const record = createLockedRecord({ limit: 10 });
    const first = record.takeCosting(2);
    record.takeCosting(3);
    expect(record.answer(first, { limit: 10, remaining: 4 })).toEqual([]);
    expect(record.look.state).toBe('locked');
  });
});

describe('a sliding window', () => {
  test('ends for each call by itself', () => {
    const record = createLockedRecord({ kind: 'sliding-window' });
    record.pass(30_000);
    for (const permit of record.take(4)) record.answer(permit);
    record.pass(30_000 + MARGIN_MS);
    expect(record.free).toBe(1);
    record.pass(29_999);
    expect(record.free).toBe(1);
    record.pass(1);
    expect(record.free).toBe(5);
  });

  test('is not freed by a falling count, which may be the level of a leaky bucket', () => {
    const record = createLockedRecord({ kind: 'sliding-window' });
    for (const permit of record.take(3)) record.answer(permit);
    record.pass(30_000);
    record.answer(record.takeOne(), { limit: 5, remaining: 3 });
    expect(record.free).toBe(0);
  });
});

describe('a place in the queue', () => {
  test('is kept even if the clocks of process and record differ', () => {
    const record = createLockedRecord({ limit: 1 });
    const ask = (waitedMs: number, place?: Place) => {
      const call = { policy: 'sync', priority: 'interactive', waitedMs, place } as const;
      const [answer] = record.request([call]).calls;
      return answer && !answer.permit ? answer.place : undefined;
    };
    record.pass(10_000);
    const place = ask(5_000);
    record.pass(10_000);
    expect(ask(14_000, place)).toEqual(place);
    expect(ask(14_000)).not.toEqual(place);
  });
});

describe('clocks', () => {
  test('the wall clock set forward an hour does not end a window', () => {
    const record = createLockedRecord();
    for (const permit of record.take(4)) record.answer(permit);
    record.setWall(3_600_000);
    expect(record.free).toBe(0);
    record.pass(MINUTE_MS + MARGIN_MS);
    expect(record.free).toBe(5);
  });

  test('the wall clock set back an hour makes no call wait longer', () => {
    const record = createLockedRecord();
    for (const permit of record.take(4)) record.answer(permit);
    record.setWall(-3_600_000);
    expect(record.look.resetInMs).toBe(MINUTE_MS + MARGIN_MS);
    record.pass(MINUTE_MS + MARGIN_MS);
    expect(record.free).toBe(5);
  });

  test('a call that was in flight while the machine slept counts in both windows', () => {
    const record = createLockedRecord();
    const slept = record.takeOne();
    record.setWall(120_000);
    record.pass(30_000);
    record.answer(slept);
    record.pass(30_000 + MARGIN_MS);
    expect(record.free).toBe(4);
    record.pass(30_000);
    expect(record.free).toBe(5);
  });

  test('after a reboot the first call goes alone', () => {
    const record = createLockedRecord();
    record.restart(20_000);
    expect(record.look).toMatchObject({ state: 'unknown', remaining: 4, resetInMs: 40_000 + MARGIN_MS });
  });

  test('after a reboot that lost the date no call waits longer than a window', () => {
    const record = createLockedRecord();
    record.restart(-START);
    record.ask(0);
    expect(record.look.resetInMs).toBeLessThanOrEqual(MINUTE_MS + MARGIN_MS);
    record.pass(MINUTE_MS + MARGIN_MS);
    expect(record.free).toBe(5);
  });

  test('after a long idle time the first call goes alone', () => {
    const record = createLockedRecord();
    record.pass(11 * MINUTE_MS);
    expect(record.ask(3).permits).toHaveLength(1);
    expect(record.state()?.uncertainty?.reason).toBe('idle');
  });
});

describe('a record', () => {
  test('that was lost is created again, and reports on its permits still count', () => {
    const record = createLockedRecord();
    const [old] = record.take(1);
    record.forget();
    record.pass(1_000);
    record.takeOne();
    if (old) record.answer(old, { limit: 5, remaining: 3 });
    expect(record.look).toMatchObject({ state: 'probing', remaining: 3 });
  });

  test('does not release a permit of another record', () => {
    const record = createLockedRecord();
    record.send({ kind: 'release', permit: { ...record.takeOne(), record: 1 } });
    expect(record.free).toBe(3);
  });

  test.each([
    undefined,
    null,
    'text',
    [],
    {},
    { version: 3 },
    { version: 2, since: 0, clock: { minElapsed: 'soon' } },
  ])('that this version did not write counts as missing: %j', (record) => {
    expect(parseWindowState(record)).toBeUndefined();
  });

  test('stays small under any load', () => {
    const record = createLockedRecord({ limit: 300 });
    for (let round = 0; round < 280; round += 1) {
      record.answer(record.takeOne(), {}, 401);
      record.pass(200);
    }
    expect(record.state()?.hits.length).toBeLessThanOrEqual(24);
    expect(record.free).toBe(300 - 281);
  });
});
