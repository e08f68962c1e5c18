import { describe, expect, test } from 'vitest';
import {
  addHits,
  chargedHits,
  compact,
  count,
  currentDraft,
  type Draft,
  expiries,
  forgetHits,
  issue,
  limitOf,
  lowestLimitInFlight,
  markLost,
  settle,
  shareOf,
  timingOf,
} from './counter.js';
import { advanceClock, type InFlight } from './window-state.js';

const start = Date.UTC(2026, 0, 1);
const timing = timingOf(60_000);
const cycleMs = timing.windowMs + timing.marginMs;
const rules = { windowMs: timing.windowMs, limits: { list: 60, sync: 20 } };

const timeAt = (ms: number) => ({ wallMs: start + ms, monotonicMs: 1_000_000 + ms, bootId: 'boot' });
const at = (ms: number, before?: Draft) =>
  currentDraft(before, advanceClock(before?.clock, timeAt(ms)), timing);
/** A record whose count is trusted. */
function trusted(parts: Partial<Draft> = {}): Draft {
  const { uncertainty, ...draft } = at(0);
  expect(uncertainty).toEqual({ reason: 'start', issued: 0 });
  return { ...draft, ...parts };
}
const hits = (n: number, until: number, from = 0) => ({ n, from: start + from, until: start + until });
const flight = (parts: Partial<InFlight> = {}): InFlight => ({
  n: 1,
  policy: 'sync',
  from: start,
  first: start,
  last: start,
  arrivesBy: start + timing.longestFlightMs,
  ...parts,
});

describe('a new record', () => {
  test('knows nothing, and lets one call go first', () => {
    expect(at(0)).toStrictEqual({
      version: 2,
      since: start,
      clock: { minElapsed: start, maxElapsed: start, ...timeAt(0) },
      issued: 0,
      uncertainty: { reason: 'start', issued: 0 },
      hits: [],
      inFlight: [],
      limits: {},
      pausedUntil: 0,
      waiting: [],
    });
  });
});

describe('a limit', () => {
  test.each([
    ['that the server reported', { sync: 7 }, 'sync', 7],
    ['that is configured', { list: 7 }, 'sync', 20],
    ['of a policy that this version does not know is the highest', {}, 'other', 60],
  ])('%s', (_, limits, policy, limit) => {
    expect(limitOf({ limits }, policy, rules)).toBe(limit);
  });

  test('of which others use a part is shared as it is said, and at least one call remains', () => {
    const shares = (share: number | undefined, foreign: number) =>
      shareOf(20, { ...rules, ...(share !== undefined && { share }) }, foreign);
    expect([shares(undefined, 0), shares(0.5, 0), shares(0.01, 0)]).toEqual([20, 10, 1]);
    expect([shares(undefined, 5), shares(0.5, 5), shares(0.01, 5)]).toEqual([15, 7, 0]);
  });

  test('is the lowest of the calls that may still arrive', () => {
    const draft = trusted({ inFlight: [flight(), flight({ policy: 'list', arrivesBy: start + 50_000 })] });
    expect(lowestLimitInFlight(draft, rules)).toBe(20);
    expect(lowestLimitInFlight({ ...draft, limits: { sync: 70 } }, rules)).toBe(60);
    const { arrivesBy } = flight();
    const gone = {
      ...draft,
      inFlight: [flight({ arrivesBy: start }), flight({ policy: 'list', arrivesBy })],
    };
    expect(lowestLimitInFlight(gone, rules)).toBe(60);
    expect(lowestLimitInFlight(trusted(), rules)).toBe(Infinity);
  });
});

describe('a charge', () => {
  test('is all calls that were answered or are in flight', () => {
    const draft = trusted({ hits: [hits(2, 9), hits(3, 10)], inFlight: [flight({ n: 4 })] });
    expect(count(draft.hits)).toBe(5);
    expect(chargedHits(draft)).toBe(9);
  });

  test.each([
    ['calls that end together are one group', [hits(1, 10, 5)], hits(2, 10, 3), [hits(3, 10, 3)]],
    ['that group keeps its earliest call', [hits(1, 10, 3)], hits(2, 10, 5), [hits(3, 10, 3)]],
    [
      'others keep their order',
      [hits(1, 10), hits(1, 30)],
      hits(2, 20),
      [hits(1, 10), hits(2, 20), hits(1, 30)],
    ],
  ])('of %s', (_, before, added, after) => {
    const draft = trusted({ hits: before });
    addHits(draft, added);
    expect(draft.hits).toEqual(after);
  });

  test.each([
    ['the first two', 0, 1],
    ['two in the middle', 11, 1],
    ['the last two', 23, 1],
    ['the first of equally near ones', 0, 10],
  ])('of many groups: compacting joins those that end nearest to each other: %s', (_, nearest, gap) => {
    // 25 groups that end 10 ms apart, but for two of them.
    const ends = Array.from(
      { length: 25 },
      (_, index) => 10 * (index + 1) - (index > nearest ? 10 - gap : 0),
    );
    const draft = trusted();
    for (const [index, end] of ends.entries()) addHits(draft, hits(index + 1, end, 100 - index));
    expect(draft.hits).toHaveLength(25);
    compact(draft);
    expect(draft.hits).toHaveLength(24);
    expect(draft.hits).toEqual(
      ends.flatMap((end, index) => {
        if (index === nearest + 1) return [];
        if (index !== nearest) return [hits(index + 1, end, 100 - index)];
        return [hits(2 * index + 3, ends[index + 1] ?? 0, 100 - index - 1)];
      }),
    );
  });

  test.each([
    [-1, [3, 4, 5]],
    [0, [3, 4, 5]],
    [2, [1, 4, 5]],
    [3, [4, 5]],
    [8, [4]],
    [99, []],
  ])('of answered calls is forgotten from the one that ends first: %i', (n, left) => {
    const draft = trusted({ hits: [hits(3, 10), hits(4, 20), hits(5, 30)] });
    forgetHits(draft, n);
    expect(draft.hits.map((group) => group.n)).toEqual(left);
  });

  test('ends when it is over, and not a millisecond before', () => {
    const { arrivesBy } = flight();
    const end = arrivesBy + cycleMs - start;
    const before = trusted({ hits: [hits(1, end)], inFlight: [flight()], foreign: hits(1, end) });
    expect(at(end - 1, before)).toMatchObject({ hits: [{}], inFlight: [{}], foreign: {} });
    const after = at(end, before);
    expect(after).toMatchObject({ hits: [], inFlight: [] });
    expect(after).not.toHaveProperty('foreign');
  });
});

describe('a window', () => {
  const inRecord = (parts: Partial<Draft>) => trusted({ hits: [hits(1, 90_000, 10)], ...parts });
  const closes = timing.windowMs - timing.roundingMs;

  test('that no answer proved is forgotten when it may be over', () => {
    const before = inRecord({ window: { issued: 1, from: start } });
    expect(at(closes, before).window).toEqual({ issued: 1, from: start });
    expect(at(closes + 1, before)).not.toHaveProperty('window');
  });

  test('that is over cannot hold what is still charged', () => {
    const inFlight = [flight({ from: start + 10 }), flight({ first: start + 1, from: start + 59_500 })];
    const before = inRecord({ inFlight, window: { issued: 1, from: start, openBy: start + 5 } });
    const open = at(5 + cycleMs - 1, before);
    expect(open).toMatchObject({ window: {}, hits: [{ from: start + 10 }] });
    const over = at(5 + cycleMs, before);
    expect(over).not.toHaveProperty('window');
    expect(over.hits).toEqual([hits(1, 90_000, closes)]);
    expect(over.inFlight.map(({ from }) => from - start)).toEqual([closes, 59_500]);
  });
});

describe('the count is uncertain', () => {
  const idleMs = 10 * timing.windowMs;

  test('after ten windows without an update, and not sooner', () => {
    expect(at(idleMs, trusted())).not.toHaveProperty('uncertainty');
    expect(at(idleMs + 1, trusted({ issued: 4 })).uncertainty).toEqual({ reason: 'idle', issued: 4 });
  });

  test('after a restart', () => {
    const before = trusted({ issued: 4 });
    const time = { wallMs: start + 9, monotonicMs: 5, bootId: 'b' };
    const restarted = currentDraft(before, advanceClock(before.clock, time), timing);
    expect(restarted.uncertainty).toEqual({ reason: 'restart', issued: 4 });
  });

  test.each([
    ['idle', timeAt(idleMs + 1)],
    ['restart', { wallMs: start + 9, monotonicMs: 5, bootId: 'b' }],
  ])('for the first of several reasons (%s)', (_, time) => {
    const uncertainty = { reason: 'rejected', issued: 2 } as const;
    const before = trusted({ issued: 4, uncertainty });
    expect(currentDraft(before, advanceClock(before.clock, time), timing).uncertainty).toBe(uncertainty);
  });
});

describe('permits', () => {
  const call = { policy: 'sync', cost: 2 };

  test('are numbered by their cost, and charged at once', () => {
    const draft = trusted({ hits: [hits(3, 9)] });
    expect(issue(draft, call, 'one', timing)).toEqual({
      ...call,
      record: start,
      issued: 2,
      at: start,
      from: start,
      group: start,
      charged: 5,
      alone: true,
    });
    expect(draft.inFlight).toEqual([flight({ n: 2, arrivesBy: start + timing.longestFlightMs })]);
    expect(draft).not.toHaveProperty('probe');
    expect(issue(draft, call, 'one', timing)).toMatchObject({ issued: 4, charged: 7, alone: false });
  });

  test('are probes while the count is uncertain', () => {
    const draft = trusted({ uncertainty: { reason: 'idle', issued: 0 } });
    issue(draft, call, 'one', timing);
    expect(draft.probe).toEqual({ issued: 2, at: start, by: 'one' });
  });

  test('of one policy form a group for an eighth of a window', () => {
    const draft = trusted();
    issue(draft, call, 'one', timing);
    const later = at(7_499, draft);
    expect(issue(later, call, 'one', timing).group).toBe(start);
    expect(later.inFlight).toEqual([
      flight({ n: 4, last: start + 7_499, arrivesBy: start + 7_499 + timing.longestFlightMs }),
    ]);
    const last = at(7_500, draft);
    expect(issue(last, call, 'one', timing).group).toBe(start + 7_500);
    expect(issue(last, { ...call, policy: 'list' }, 'one', timing).group).toBe(start + 7_500);
    expect(last.inFlight.map(({ n, policy }) => [n, policy])).toEqual([
      [2, 'sync'],
      [2, 'sync'],
      [2, 'list'],
    ]);
  });

  test.each([
    ['nothing is charged', {}, 0],
    ['others have used the account', { foreign: hits(1, 90_000) }, -timing.windowMs],
    [
      'an answered call was sent earlier',
      { hits: [hits(1, 90_000, -7)], inFlight: [flight({ from: start - 5 })] },
      -7,
    ],
    [
      'a call in flight was sent earlier',
      { hits: [hits(1, 90_000, -5)], inFlight: [flight({ from: start - 7 })] },
      -7,
    ],
  ])('open a window that may be as old as what is charged: %s', (_, parts, from) => {
    const draft = trusted(parts);
    issue(draft, call, 'one', timing);
    expect(draft.window).toEqual({ issued: 2, from: start + from });
  });

  test('leave a known window as it is', () => {
    const window = { issued: 1, from: start };
    const draft = trusted({ window });
    issue(draft, call, 'one', timing);
    expect(draft.window).toBe(window);
  });

  test('are taken out of their own group only', () => {
    const others = [flight({ policy: 'list', first: start - 1 }), flight({ first: start - 1 })];
    const draft = trusted({ inFlight: others });
    const permit = issue(draft, call, 'one', timing);
    issue(draft, { ...call, cost: 1 }, 'one', timing);
    settle(draft, { ...permit, record: 1 });
    expect(count(draft.inFlight)).toBe(5);
    settle(draft, permit);
    expect(draft.inFlight.map(({ n }) => n)).toEqual([1, 2]);
  });

  test('that are lost may arrive a while longer, but no longer than before', () => {
    const step = timing.windowMs / 8;
    const short = { ...timing, strayMs: 5_000 };
    const draft = trusted();
    const permits = [issue(draft, call, 'one', timing), issue(draft, call, 'one', timing)];
    for (const permit of permits) markLost(draft, permit, short);
    const arrivesBy = Math.ceil((start + 5_000) / step) * step;
    const { first, ...lost } = flight({ n: 4, arrivesBy });
    expect(first).toBe(start);
    expect(draft.inFlight).toEqual([lost]);
    const late = trusted();
    const permit = issue(late, call, 'one', timing);
    const before = late.inFlight;
    markLost(late, permit, { ...timing, strayMs: timing.longestFlightMs });
    expect(late.inFlight).toEqual(before);
  });

  test('that are lost join those of their policy that arrive as late, and no others', () => {
    const arrivesBy = start + 7_500 * Math.ceil(5_000 / 7_500);
    const lost = ({ first, ...group }: InFlight) => {
      expect(first).toBe(start);
      return group;
    };
    const same = lost(flight({ n: 5, from: start - 3, last: start + 3, arrivesBy }));
    const others = [
      lost(flight({ policy: 'list', arrivesBy })),
      lost(flight({ arrivesBy: arrivesBy + 7_500 })),
      flight({ first: start - 9_000, arrivesBy }),
    ];
    const draft = trusted({ inFlight: [...others, same] });
    const permit = issue(draft, call, 'one', timing);
    markLost(draft, permit, { ...timing, strayMs: 5_000 });
    expect(draft.inFlight).toEqual([...others, { ...same, n: 7 }]);
  });

  test('of another record change nothing', () => {
    const draft = trusted();
    const permit = issue(draft, call, 'one', timing);
    const before = draft.inFlight;
    markLost(draft, { ...permit, record: 1 }, { ...timing, strayMs: 5_000 });
    expect(draft.inFlight).toEqual(before);
  });
});

describe('what is charged ends', () => {
  const ends = (parts: Partial<Draft>, ms = 0) =>
    expiries({ ...trusted(parts), clock: { ...trusted().clock, minElapsed: start + ms } }, timing).map(
      ({ n, at: end }) => [n, end - start],
    );

  test('with its window, the earliest first', () => {
    expect(ends({ hits: [hits(2, 90)], foreign: hits(3, 50) })).toEqual([
      [3, 50],
      [2, 90],
    ]);
  });

  test.each([
    ['is counted now', {}, 0, cycleMs],
    [
      'is counted in the window that is open',
      { window: { issued: 1, from: start, openBy: start - 9 } },
      0,
      cycleMs - 9,
    ],
    ['is probably lost after five seconds', {}, 5_001, timing.longestFlightMs + cycleMs],
    ['may be answered in the last moment', {}, 5_000, 5_000 + cycleMs],
  ])('and a call in flight %s', (_, parts, ms, end) => {
    expect(ends({ ...parts, inFlight: [flight()] }, ms)).toEqual([[1, end]]);
  });

  test('and a lost call when it can no longer arrive', () => {
    const { first, ...lost } = flight({ n: 2 });
    expect(first).toBe(start);
    expect(ends({ inFlight: [lost] })).toEqual([[2, timing.longestFlightMs + cycleMs]]);
  });
});

describe('the durations of a window', () => {
  test.each([
    [1_000, [3, 500, 500, 40_000, 5_000, 250, 50, 100]],
    [2_000, [4, 1_000, 1_000, 40_000, 5_000, 500, 100, 200]],
    [9_999, [10, 1_000, 4_999.5, 40_000, 9_999, 2_499.75, 499.95, 999.9]],
    [50_000, [42, 1_000, 5_000, 50_000, 50_000, 5_000, 1_000, 5_000]],
    [60_000, [50, 1_000, 5_000, 60_000, 60_000, 5_000, 1_000, 6_000]],
    [3_600_000, [2_882, 1_000, 5_000, 60_000, 60_000, 5_000, 1_000, 10_000]],
  ])('follow from its length: %i ms', (windowMs, durations) => {
    const { marginMs, roundingMs, permitLifeMs, longestFlightMs, strayMs, ...rest } = timingOf(windowMs);
    const { takeoverMs, graceMs, recheckMs } = rest;
    expect(rest.windowMs).toBe(windowMs);
    expect([
      marginMs,
      roundingMs,
      permitLifeMs,
      longestFlightMs,
      strayMs,
      takeoverMs,
      graceMs,
      recheckMs,
    ]).toEqual(durations);
  });
});
