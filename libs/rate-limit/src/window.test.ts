import type { StoreTime } from '@wemasy-orders/state';
import { describe, expect, test } from 'vitest';
import type { RateLimitFacts } from './headers.js';
import type { PermitStamp } from './counter.js';
import type { Place } from './queue.js';
import { snapshotOf } from './snapshot.js';
import { recordLifeMs, reduceWindow, type Decision, type WindowEvent } from './window.js';
import { parseWindowState, type WindowState } from './window-state.js';

const MINUTE_MS = 60_000;
const MARGIN_MS = 50;
const START = Date.UTC(2026, 0, 1);

/** One record and the clocks that it is shown. */
function createMirror({ limit = 5, windowMs = MINUTE_MS } = {}) {
  const rules = { windowMs, limits: { sync: limit } };
  let state: WindowState | undefined;
  let wall = START;
  let monotonic = 1_000_000;
  let bootId = 'boot';
  const time = (): StoreTime => ({ wallMs: wall, monotonicMs: monotonic, bootId });
  const send = (event: WindowEvent): Decision => {
    const reduced = reduceWindow(state, event, time(), rules);
    // As a store would: through JSON.
    state = parseWindowState(JSON.parse(JSON.stringify(reduced.state)));
    expect(state).toEqual(reduced.state);
    return reduced.decision;
  };
  const mirror = {
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
      const call = { policy: 'sync', priority: 'interactive', waitedMs: 0 } as const;
      const { grants } = send({ kind: 'acquire', by, calls: Array.from({ length: n }, () => call) });
      const permits = grants?.calls.flatMap(({ permit }) => (permit ? [permit] : [])) ?? [];
      return { permits, recheckMs: grants?.recheckMs };
    },
    take(n: number): PermitStamp[] {
      const { permits } = mirror.ask(n);
      expect(permits).toHaveLength(n);
      return permits;
    },
    takeOne(): PermitStamp {
      const [permit] = mirror.take(1);
      if (!permit) throw new Error('A permit was expected');
      return permit;
    },
    answer(permit: PermitStamp, facts: RateLimitFacts = {}, status = 200) {
      return send({ kind: 'answer', permit, status, facts }).warnings;
    },
    send,
    /** How many permits could be taken now. */
    get free() {
      return snapshotOf(state, 'sync', time(), rules).remaining;
    },
    get look() {
      return snapshotOf(state, 'sync', time(), rules);
    },
  };
  return mirror;
}

/** A mirror that has seen the opener's answer at once: the window is known, one call is used. */
function createLockedMirror(options: { limit?: number; windowMs?: number } = {}) {
  const mirror = createMirror(options);
  const limit = options.limit ?? 5;
  mirror.answer(mirror.takeOne(), { limit, remaining: limit - 1 });
  expect(mirror.look.state).toBe('locked');
  return mirror;
}

describe('a known window', () => {
  test('gives all permits at once, and all again when it is certainly over', () => {
    const mirror = createLockedMirror();
    for (const permit of mirror.take(4)) mirror.answer(permit);
    mirror.pass(MINUTE_MS + MARGIN_MS - 1);
    expect(mirror.free).toBe(0);
    mirror.pass(1);
    expect(mirror.free).toBe(5);
  });

  test('ends a window after the first answer that proved it, not after later ones', () => {
    const mirror = createLockedMirror();
    mirror.pass(30_000);
    for (const permit of mirror.take(4)) mirror.answer(permit);
    mirror.pass(30_000 + MARGIN_MS);
    expect(mirror.free).toBe(5);
  });

  test('says how long it takes until it is over', () => {
    const mirror = createLockedMirror();
    mirror.pass(20_000);
    expect(mirror.look).toMatchObject({ remaining: 4, resetInMs: 40_000 + MARGIN_MS });
  });
});

describe('a call that may straddle the boundary', () => {
  test('counts in both windows', () => {
    const mirror = createLockedMirror();
    const [straddler, ...others] = mirror.take(4);
    for (const permit of others) mirror.answer(permit);
    mirror.pass(MINUTE_MS - 500);
    // Its answer comes when the server, which may count in whole seconds, can have begun the next window.
    if (straddler) mirror.answer(straddler);
    mirror.pass(500 + MARGIN_MS);
    expect(mirror.free).toBe(4);
    mirror.pass(MINUTE_MS - 500 - 1);
    expect(mirror.free).toBe(4);
    mirror.pass(1);
    expect(mirror.free).toBe(5);
  });

  test('and has no answer at all is charged until it can do no harm: a flight of a window and its window', () => {
    const mirror = createLockedMirror();
    const [lost] = mirror.take(1);
    if (lost) mirror.send({ kind: 'lost', permit: lost });
    mirror.pass(2 * MINUTE_MS + MARGIN_MS - 1);
    expect(mirror.free).toBe(4);
    mirror.pass(1);
    expect(mirror.free).toBe(5);
  });
});

describe('a window that is shorter than a call may take', () => {
  const WINDOW_MS = 2_000;
  const chargedMs = WINDOW_MS + 4;
  const createShortMirror = () => createLockedMirror({ windowMs: WINDOW_MS });

  /** How long a permit that is taken now and treated so stays charged. */
  const chargeOf = (
    treat: (mirror: ReturnType<typeof createMirror>, permit: PermitStamp) => void,
  ): number => {
    const mirror = createShortMirror();
    mirror.pass(chargedMs);
    treat(mirror, mirror.takeOne());
    return mirror.look.resetInMs;
  };

  test('charges a call that is under way until it has an answer and the window of that is over', () => {
    const mirror = createShortMirror();
    const slow = mirror.takeOne();
    mirror.pass(30_000);
    expect(mirror.free).toBe(4);
    mirror.answer(slow);
    mirror.pass(chargedMs - 1);
    expect(mirror.free).toBe(4);
    mirror.pass(1);
    expect(mirror.free).toBe(5);
  });

  test('charges a call whose process died for as long as a call can take, and a window', () => {
    expect(chargeOf((mirror) => mirror.pass(1_000))).toBe(39_000 + chargedMs);
  });

  test('charges a call that was given up for five seconds, and a window', () => {
    const charge = chargeOf((mirror, permit) => {
      mirror.pass(1_000);
      mirror.send({ kind: 'lost', permit });
    });
    expect(charge - chargedMs).toBeGreaterThanOrEqual(5_000);
    expect(charge - chargedMs).toBeLessThanOrEqual(5_000 + WINDOW_MS / 8);
  });

  test('has a small record even if every call is lost', () => {
    const mirror = createMirror({ windowMs: WINDOW_MS, limit: 300 });
    mirror.answer(mirror.takeOne(), { limit: 300, remaining: 299 });
    for (let round = 0; round < 299; round += 1) {
      mirror.send({ kind: 'lost', permit: mirror.takeOne() });
      mirror.pass(10);
    }
    expect(mirror.free).toBe(1);
    expect(mirror.state()?.inFlight.length).toBeLessThanOrEqual(14);
  });

  test('has a record that outlives what it charges', () => {
    expect(recordLifeMs({ windowMs: WINDOW_MS, limits: {} })).toBe(40_000 + chargedMs);
    expect(recordLifeMs({ windowMs: MINUTE_MS, limits: {} })).toBe(10 * MINUTE_MS);
  });
});

describe('a window that was opened while a call straddled the boundary', () => {
  /** The next window is opened at 60 s, with a straddler in flight that was sent at 59.9 s. */
  function createStraddledMirror() {
    const mirror = createLockedMirror();
    mirror.pass(59_900);
    const straddler = mirror.takeOne();
    mirror.pass(100 + MARGIN_MS);
    mirror.answer(mirror.takeOne());
    mirror.answer(straddler);
    return mirror;
  }

  test('may be as old as the straddler: a call that is answered when that window can be over counts in both', () => {
    const mirror = createStraddledMirror();
    mirror.pass(30_000);
    const late = mirror.takeOne();
    mirror.pass(28_900);
    mirror.answer(late);
    mirror.pass(1_100 + MARGIN_MS);
    expect(mirror.free).toBe(4);
  });

  test('is no older than the end of the last one: calls that are answered in time end with it', () => {
    const mirror = createLockedMirror();
    const slow = mirror.takeOne();
    mirror.pass(MINUTE_MS + MARGIN_MS);
    mirror.answer(mirror.takeOne());
    mirror.answer(slow);
    mirror.pass(50_000);
    mirror.answer(mirror.takeOne());
    mirror.pass(10_000 + MARGIN_MS);
    expect(mirror.free).toBe(5);
  });
});

describe('Remaining', () => {
  test('raises the count at once', () => {
    const mirror = createLockedMirror();
    const [first] = mirror.take(2);
    // Two of ours and one of somebody else.
    if (first) mirror.answer(first, { limit: 5, remaining: 1 });
    expect(mirror.free).toBe(1);
  });

  test('does not lower the count while another call is in flight', () => {
    const mirror = createLockedMirror();
    const [first] = mirror.take(2);
    if (first) mirror.answer(first, { limit: 5, remaining: 4 });
    expect(mirror.free).toBe(2);
  });

  test('of a call that was alone is the count', () => {
    const mirror = createLockedMirror();
    for (const permit of mirror.take(3)) mirror.answer(permit, {}, 500);
    mirror.answer(mirror.takeOne(), { limit: 5, remaining: 3 });
    expect(mirror.free).toBe(3);
  });

  test('of Limit - 1 from a call that was alone names a new window, however early the server began it', () => {
    const mirror = createLockedMirror();
    for (const permit of mirror.take(3)) mirror.answer(permit);
    mirror.pass(59_500);
    mirror.answer(mirror.takeOne(), { limit: 5, remaining: 4 });
    expect(mirror.look).toMatchObject({ remaining: 4, resetInMs: MINUTE_MS + MARGIN_MS });
  });

  test('of Limit - 1 from a call after others names a new window, even if our clocks stood still meanwhile', () => {
    const mirror = createLockedMirror();
    for (const permit of mirror.take(2)) mirror.answer(permit);
    mirror.pass(48_000);
    const [opener, other] = mirror.take(2);
    if (opener) mirror.answer(opener, { limit: 5, remaining: 4 });
    if (other) mirror.answer(other, { limit: 5, remaining: 3 });
    mirror.pass(12_000 + MARGIN_MS);
    expect(mirror.look).toMatchObject({ remaining: 3, resetInMs: 48_000 });
  });

  test('of Limit - 1 from one of several calls begins a window for all of them', () => {
    const mirror = createLockedMirror();
    mirror.pass(59_500);
    const [opener, other] = mirror.take(2);
    if (opener) mirror.answer(opener, { limit: 5, remaining: 4 });
    mirror.pass(20_000);
    if (other) mirror.answer(other);
    mirror.pass(40_000 + MARGIN_MS);
    expect(mirror.free).toBe(5);
  });

  test('equal to the limit on a slow answer, read in the next window, gives nothing back', () => {
    const mirror = createLockedMirror();
    const slow = mirror.takeOne();
    mirror.pass(MINUTE_MS - 10);
    mirror.answer(slow, { limit: 5, remaining: 5 });
    expect(mirror.free).toBe(3);
    mirror.pass(10 + MARGIN_MS);
    expect(mirror.free).toBe(4);
  });

  test('shows calls of others: the next call goes alone again', () => {
    const mirror = createLockedMirror();
    const findings = mirror.answer(mirror.takeOne(), { limit: 5, remaining: 1 });
    expect(findings).toEqual([{ kind: 'foreign-use', policy: 'sync', calls: 2 }]);
    expect(mirror.look).toMatchObject({ state: 'unknown', remaining: 1 });
    expect(mirror.state()?.uncertainty?.reason).toBe('foreign-use');
  });

  test('may show a billion calls of others: nothing is kept for each of them', () => {
    const mirror = createMirror();
    const limit = 999_999_999;
    mirror.answer(mirror.takeOne(), { limit, remaining: 0 });
    expect(mirror.look).toMatchObject({ remaining: 0, resetInMs: MINUTE_MS + MARGIN_MS });
    expect(mirror.ask(1)).toEqual({ permits: [], recheckMs: MINUTE_MS / 10 });
  });

  test('that shows the same calls of others again is no news', () => {
    const mirror = createLockedMirror({ limit: 10 });
    mirror.answer(mirror.takeOne(), { limit: 10, remaining: 6 });
    expect(mirror.answer(mirror.takeOne(), { limit: 10, remaining: 5 })).toEqual([]);
    expect(mirror.look).toMatchObject({ state: 'locked', remaining: 5 });
  });
});

describe('an opener', () => {
  test('goes alone until its answer is known', () => {
    const mirror = createMirror();
    expect(mirror.ask(5).permits).toHaveLength(1);
    expect(mirror.ask(4).permits).toHaveLength(0);
    expect(mirror.look.state).toBe('probing');
  });

  test('with a 401 without headers proves nothing: the next one opens', () => {
    const mirror = createMirror();
    mirror.answer(mirror.takeOne(), {}, 401);
    expect(mirror.look).toMatchObject({ state: 'unknown', remaining: 4 });
    expect(mirror.state()?.window?.openBy).toBeUndefined();
    mirror.pass(1_000);
    // The server had not counted the 401, and its window began later than ours would have.
    mirror.answer(mirror.takeOne(), { limit: 5, remaining: 4 });
    expect(mirror.look).toMatchObject({ state: 'locked', remaining: 4, resetInMs: MINUTE_MS + MARGIN_MS });
  });

  test('with a 422 without headers stays charged and proves nothing', () => {
    const mirror = createMirror();
    mirror.answer(mirror.takeOne(), {}, 422);
    expect(mirror.look).toMatchObject({ state: 'unknown', remaining: 4, resetInMs: MINUTE_MS + MARGIN_MS });
  });

  test('with a 422 with headers proves a hit', () => {
    const mirror = createMirror();
    mirror.answer(mirror.takeOne(), { limit: 5, remaining: 4 }, 422);
    expect(mirror.look.state).toBe('locked');
  });

  test('with a 200 without headers proves a hit', () => {
    const mirror = createMirror();
    mirror.answer(mirror.takeOne());
    expect(mirror.look.state).toBe('locked');
  });

  test('that was given back unsent makes room for the next at once', () => {
    const mirror = createMirror();
    mirror.send({ kind: 'release', permit: mirror.takeOne() });
    expect(mirror.free).toBe(5);
    expect(mirror.ask(1).permits).toHaveLength(1);
  });

  test('without an answer is replaced after five seconds', () => {
    const mirror = createMirror();
    mirror.takeOne();
    mirror.pass(4_999);
    expect(mirror.ask(1, 'two').permits).toHaveLength(0);
    mirror.pass(1);
    expect(mirror.ask(1, 'two').permits).toHaveLength(1);
  });

  test('of another process is looked for ever more seldom, never more than four times a second', () => {
    const mirror = createMirror();
    mirror.takeOne();
    const looks: (number | undefined)[] = [];
    for (let look = 0; look < 12; look += 1) {
      const { recheckMs = 0 } = mirror.ask(1, 'two');
      looks.push(recheckMs);
      mirror.pass(recheckMs);
    }
    expect(looks).toEqual([10, 10, 10, 15, 23, 34, 51, 77, 115, 173, 250, 250]);
  });
});

describe('a 429', () => {
  test('ends what was counted before it together with the pause', () => {
    const mirror = createLockedMirror();
    for (const permit of mirror.take(3)) mirror.answer(permit);
    mirror.pass(40_000);
    mirror.answer(mirror.takeOne(), { retryAfterMs: 5_000 }, 429);
    mirror.pass(6_000 + MARGIN_MS);
    expect(mirror.look).toMatchObject({ state: 'unknown', remaining: 5 });
  });

  test('is not forgotten over an answer to a call that was sent before it', () => {
    const mirror = createLockedMirror();
    const [refused, other] = mirror.take(2);
    if (refused) mirror.answer(refused, { retryAfterMs: 0 }, 429);
    if (other) mirror.answer(other, { limit: 5, remaining: 3 });
    mirror.pass(1_000 + MARGIN_MS);
    expect(mirror.ask(3).permits).toHaveLength(1);
  });
});

describe('a place in the queue', () => {
  test('is kept, however the clocks of process and record differ', () => {
    const mirror = createLockedMirror({ limit: 1 });
    const ask = (waitedMs: number, place?: Place) => {
      const call = { policy: 'sync', priority: 'interactive', waitedMs, place } as const;
      const [answer] = mirror.send({ kind: 'acquire', by: 'one', calls: [call] }).grants?.calls ?? [];
      return answer && !answer.permit ? answer.place : undefined;
    };
    mirror.pass(10_000);
    const place = ask(5_000);
    mirror.pass(10_000);
    expect(ask(14_000, place)).toEqual(place);
    expect(ask(14_000)).not.toEqual(place);
  });
});

describe('clocks', () => {
  test('the wall clock set forward an hour does not end a window', () => {
    const mirror = createLockedMirror();
    for (const permit of mirror.take(4)) mirror.answer(permit);
    mirror.setWall(3_600_000);
    expect(mirror.free).toBe(0);
    mirror.pass(MINUTE_MS + MARGIN_MS);
    expect(mirror.free).toBe(5);
  });

  test('the wall clock set back an hour makes nobody wait longer', () => {
    const mirror = createLockedMirror();
    for (const permit of mirror.take(4)) mirror.answer(permit);
    mirror.setWall(-3_600_000);
    expect(mirror.look.resetInMs).toBe(MINUTE_MS + MARGIN_MS);
    mirror.pass(MINUTE_MS + MARGIN_MS);
    expect(mirror.free).toBe(5);
  });

  test('a call that was in flight while the machine slept counts in both windows', () => {
    const mirror = createLockedMirror();
    const slept = mirror.takeOne();
    mirror.setWall(120_000);
    mirror.pass(30_000);
    mirror.answer(slept);
    mirror.pass(30_000 + MARGIN_MS);
    expect(mirror.free).toBe(4);
    mirror.pass(30_000);
    expect(mirror.free).toBe(5);
  });

  test('after a restart of the machine the first call goes alone', () => {
    const mirror = createLockedMirror();
    mirror.restart(20_000);
    expect(mirror.look).toMatchObject({ state: 'unknown', remaining: 4, resetInMs: 40_000 + MARGIN_MS });
  });

  test('after a restart with a clock that lost its date nobody waits longer than a window', () => {
    const mirror = createLockedMirror();
    mirror.restart(-START);
    mirror.ask(0);
    expect(mirror.look.resetInMs).toBeLessThanOrEqual(MINUTE_MS + MARGIN_MS);
    mirror.pass(MINUTE_MS + MARGIN_MS);
    expect(mirror.free).toBe(5);
  });

  test('after a long rest the first call goes alone', () => {
    const mirror = createLockedMirror();
    mirror.pass(11 * MINUTE_MS);
    expect(mirror.ask(3).permits).toHaveLength(1);
    expect(mirror.state()?.uncertainty?.reason).toBe('idle');
  });
});

describe('a record', () => {
  test('that was lost is begun again, and reports on its permits still count', () => {
    const mirror = createLockedMirror();
    const [old] = mirror.take(1);
    mirror.forget();
    mirror.pass(1_000);
    mirror.takeOne();
    if (old) mirror.answer(old, { limit: 5, remaining: 3 });
    expect(mirror.look).toMatchObject({ state: 'probing', remaining: 3 });
  });

  test('takes nothing back that another record gave', () => {
    const mirror = createLockedMirror();
    mirror.send({ kind: 'release', permit: { ...mirror.takeOne(), record: 1 } });
    expect(mirror.free).toBe(3);
  });

  test.each([
    undefined,
    null,
    'text',
    [],
    {},
    { version: 3 },
    { version: 2, since: 0, clock: { minElapsed: 'soon' } },
  ])('that this version did not write is as good as none: %j', (record) => {
    expect(parseWindowState(record)).toBeUndefined();
  });

  test('stays small under any load', () => {
    const mirror = createLockedMirror({ limit: 300 });
    for (let round = 0; round < 280; round += 1) {
      mirror.answer(mirror.takeOne(), {}, 401);
      mirror.pass(200);
    }
    expect(mirror.state()?.hits.length).toBeLessThanOrEqual(24);
    expect(mirror.free).toBe(300 - 281);
  });
});
