import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentDraft, timingOf, type Draft } from './counter.js';
import { grantOwn, type WaitingCall } from './queue.js';
import { grantShared } from './shared-queue.js';
import { advanceClock, type WaitingCalls, type WaitingProcess } from './window-state.js';

const start = Date.UTC(2026, 0, 1);
const timing = timingOf(60_000);
const cycleMs = timing.windowMs + timing.marginMs;
/** Both share one counter. */
const limits = { sync: 10, list: 20 };

/** A record whose count is trusted, at `start`. */
function recordWith(parts: Partial<Draft> = {}): Draft {
  const { uncertainty, ...draft } = currentDraft(
    undefined,
    advanceClock(undefined, { wallMs: start, monotonicMs: 9 }),
    timing,
  );
  expect(uncertainty).toBeDefined();
  return { ...draft, ...parts };
}
const hits = (n: number, until: number) => ({ n, from: start, until: start + until });
const inFlight = (n: number, policy = 'sync') => ({
  n,
  policy,
  from: start,
  first: start,
  last: start,
  arrivesBy: start + timing.longestFlightMs,
});
const uncertainty = { reason: 'idle', issued: 0 } as const;

const call = (parts: Partial<WaitingCall> = {}): WaitingCall => ({
  policy: 'sync',
  priority: 'interactive',
  waitedMs: 0,
  ...parts,
});
const background = (parts: Partial<WaitingCall> = {}) => call({ priority: 'background', ...parts });
const list = (parts: Partial<WaitingCall> = {}) => call({ policy: 'list', ...parts });
const group = (parts: Partial<WaitingCalls> = {}): WaitingCalls => ({
  policy: 'sync',
  priority: 'interactive',
  since: start - 1_000,
  first: 0,
  n: 1,
  cost: 1,
  ...parts,
});
const waiting = (calls: readonly WaitingCalls[], { id = 'two', due = start } = {}): WaitingProcess => ({
  id,
  due,
  calls,
});

/** Process `one` asks; `went` says which of its calls got a permit. */
function ask(draft: Draft, calls: readonly WaitingCall[], { share = 1, windowMs = 60_000 } = {}) {
  const rules = { windowMs, limits, share };
  const grants = grantShared(draft, { by: 'one', calls }, timingOf(windowMs), rules);
  return {
    ...grants,
    went: grants.calls.map(({ permit }) => permit !== undefined),
    ahead: grants.calls.map((grant) => (grant.permit ? undefined : grant.ahead)),
  };
}

describe('a call gets a permit', () => {
  test.each<[string, Partial<Draft>, readonly WaitingCall[], readonly boolean[]]>([
    ['while there is room', { hits: [hits(8, 9)] }, [call(), call(), call()], [true, true, false]],
    [
      'beside calls of all kinds that are charged',
      { hits: [hits(4, 9)], inFlight: [inFlight(3)], foreign: hits(2, 9) },
      [call(), call()],
      [true, false],
    ],
    ['once a pause is over', { pausedUntil: start }, [call()], [true]],
    ['not in a pause', { pausedUntil: start + 1 }, [call()], [false]],
    ['alone while the count is uncertain', { uncertainty }, [call(), call()], [true, false]],
    [
      'not while a probe is under way',
      { uncertainty, probe: { issued: 1, at: start - 4_999, by: 'two' } },
      [call()],
      [false],
    ],
    [
      'instead of a probe without an answer',
      { uncertainty, probe: { issued: 1, at: start - 5_000, by: 'two' } },
      [call()],
      [true],
    ],
    ['not where the server allows none', { limits: { sync: 0 } }, [call()], [false]],
    ['before background calls', { hits: [hits(9, 9)] }, [background(), call()], [false, true]],
    [
      'in the order of places',
      { hits: [hits(9, 9)] },
      [call({ place: { record: start, since: 6 } }), call({ place: { record: start, since: 5 } })],
      [false, true],
    ],
    [
      'in the order of waiting, where a place is of another record',
      { hits: [hits(9, 9)] },
      [call({ place: { record: 1, since: 6 } }), call({ waitedMs: 1_000 })],
      [false, true],
    ],
    [
      'in turn with one of another kind that came at the same time',
      { hits: [hits(7, 9)] },
      [call(), call(), call({ cost: 2 })],
      [true, false, true],
    ],
    ['up to its own limit', { hits: [hits(10, 9)] }, [call(), list()], [false, true]],
    [
      'up to the lowest limit in flight',
      { hits: [hits(8, 9)], inFlight: [inFlight(1)] },
      [list(), list()],
      [true, false],
    ],
    ['up to the lowest limit of those before it', { hits: [hits(9, 9)] }, [call(), list()], [true, false]],
    [
      'not before one that waits for more room',
      { hits: [hits(8, 9)] },
      [call({ cost: 3 }), call()],
      [false, false],
    ],
    [
      'before one that has no room at all',
      { hits: [hits(10, 9)] },
      [call({ cost: 3 }), list()],
      [false, true],
    ],
    ['that costs more than the limit, alone', {}, [call({ cost: 12 }), call()], [true, false]],
    [
      'that costs more than the limit, not beside others',
      { hits: [hits(1, 9)] },
      [call({ cost: 12 })],
      [false],
    ],
  ])('%s', (_, parts, calls, went) => {
    expect(ask(recordWith(parts), calls).went).toEqual(went);
  });

  test.each([
    [0.5, 0, 4, true],
    [0.5, 0, 5, false],
    [0.5, 4, 2, true],
    [0.5, 4, 3, false],
    [0.1, 0, 0, true],
    [0.1, 0, 1, false],
  ])('of its share of %d, beside %i foreign calls and %i own: %j', (share, foreign, own, went) => {
    const parts = {
      hits: own > 0 ? [hits(own, cycleMs)] : [],
      ...(foreign > 0 && { foreign: hits(foreign, cycleMs) }),
    };
    expect(ask(recordWith(parts), [call()], { share }).went).toEqual([went]);
  });

  test.each([
    ['leaves a fifth to interactive calls', 7, 0, true],
    ['leaves a fifth to interactive calls', 8, 0, false],
    ['leaves less in the middle of the window', 8, 24_000, true],
    ['leaves less in the middle of the window', 9, 24_000, false],
    ['leaves nothing near its end', 8, 47_999, true],
    ['leaves nothing near its end', 9, 47_999, false],
    ['leaves nothing near its end', 9, 48_000, true],
    ['leaves nothing near its end', 10, 60_000, false],
  ])('in the background and %s (%i charged, %i ms after its start)', (_, charged, elapsedMs, went) => {
    const draft = recordWith({ hits: [hits(charged, cycleMs - elapsedMs)] });
    expect(ask(draft, [background()]).went).toEqual([went]);
    expect(ask(recordWith({ inFlight: [inFlight(charged)] }), [background()]).went).toEqual([charged < 8]);
  });

  test.each([
    [8, 0, true],
    [9, 0, true],
    [9, 1, false],
  ])('in the background that costs %i, with %i charged: %j', (cost, charged, went) => {
    const draft = recordWith({ inFlight: charged > 0 ? [inFlight(charged)] : [] });
    expect(ask(draft, [background({ cost })]).went).toEqual([went]);
  });

  test('in the background from a share that is no larger than what it leaves', () => {
    expect(ask(recordWith({ inFlight: [inFlight(1)] }), [background()], { share: 0.1 }).went).toEqual([
      false,
    ]);
  });
});

describe('calls of another process', () => {
  const two = { id: 'two', due: start };
  test.each<[string, WaitingProcess, readonly boolean[]]>([
    ['that waits longer go first', waiting([group({ n: 3 })]), [true, false]],
    ['that costs more than one go first', waiting([group({ n: 1, cost: 3 })]), [true, false]],
    ['that waits less go later', waiting([group({ n: 3, since: start + 250 })]), [true, true]],
    [
      'that is late by a second still go first',
      waiting([group({ n: 3 })], { due: start - 1_000 }),
      [true, false],
    ],
    ['that is later go no more', waiting([group({ n: 3 })], { due: start - 1_001 }), [true, true]],
    ['that are its own do not count', waiting([group({ n: 3 })], { id: 'one' }), [true, true]],
    ['that have no room keep none', waiting([group({ n: 3, priority: 'background' })]), [true, true]],
    ['keep room up to their limit only', waiting([group({ n: 30 })]), [false, false]],
  ])('%s', (_, process, went) => {
    const draft = recordWith({ hits: [hits(6, cycleMs)], waiting: [process] });
    expect(ask(draft, [call(), call()]).went).toEqual(went);
  });

  test('keep room below a lower limit than that of the call', () => {
    const waits = [waiting([group({ n: 1 })])];
    expect(ask(recordWith({ hits: [hits(8, 9)], waiting: waits }), [list(), list()]).went).toEqual([
      true,
      false,
    ]);
    expect(ask(recordWith({ hits: [hits(9, 9)], waiting: waits }), [list()]).went).toEqual([false]);
    // It cannot go now in any case.
    expect(ask(recordWith({ hits: [hits(10, 9)], waiting: waits }), [list()]).went).toEqual([true]);
  });

  test('in the background keep no room that is left to interactive calls', () => {
    const waits = [waiting([group({ n: 10, priority: 'background' })])];
    const draft = recordWith({ hits: [hits(8, cycleMs)], waiting: waits });
    expect(ask(draft, [background({ policy: 'list' })]).went).toEqual([true]);
  });

  test('that come first are waited for while the count is uncertain', () => {
    const draft = recordWith({ uncertainty, waiting: [waiting([group()])] });
    expect(ask(draft, [call()])).toMatchObject({ went: [false], recheckMs: 250 });
  });

  test.each<[string, readonly WaitingCalls[], string, readonly WaitingCall[], readonly number[]]>([
    ['earlier ones', [group({ n: 3, cost: 2 })], 'two', [call()], [6]],
    ['no later ones', [group({ n: 3, since: start + 250 })], 'two', [call()], [0]],
    ['no background ones', [group({ n: 3, priority: 'background' })], 'two', [call()], [0]],
    [
      'for a background call interactive ones, even later',
      [group({ n: 3, since: start + 250 })],
      'two',
      [background()],
      [3],
    ],
    [
      'earlier background ones for a background call',
      [group({ n: 3, priority: 'background' })],
      'two',
      [background()],
      [3],
    ],
    [
      'of the same time every second one',
      [group({ n: 2, since: start })],
      'two',
      [call(), call(), call(), call()],
      [0, 2, 4, 5],
    ],
    [
      'of the same time first that of the first name',
      [group({ n: 2, since: start })],
      'aaa',
      [call(), call(), call()],
      [1, 3, 4],
    ],
    [
      'none that have gone',
      [group({ n: 2, since: start, first: 2 })],
      'two',
      [call(), call(), call(), call()],
      [0, 1, 2, 4],
    ],
    ['those of its own process', [], 'two', [call({ cost: 2 }), call()], [0, 2]],
  ])('are counted ahead of a call: %s', (_, calls, id, own, ahead) => {
    const draft = recordWith({ hits: [hits(10, cycleMs)], waiting: [{ ...two, id, calls }] });
    expect(ask(draft, own).ahead).toEqual(ahead);
  });

  test('take turns with one whose first calls have gone', () => {
    const own = waiting([group({ since: start, first: 1 })], { id: 'one' });
    const draft = recordWith({
      hits: [hits(10, cycleMs)],
      waiting: [own, waiting([group({ n: 5, since: start })])],
    });
    expect(ask(draft, [call(), call()]).ahead).toEqual([1, 3]);
  });
});

describe('the calls that wait', () => {
  const full = (parts: Partial<Draft> = {}) => recordWith({ hits: [hits(10, 3_000)], ...parts });

  test('are published in groups, with the time at which their process looks again', () => {
    const others = waiting([group()]);
    const draft = full({ waiting: [others] });
    ask(draft, [call(), call(), call({ waitedMs: 1 }), background(), call({ cost: 2 })]);
    expect(draft.waiting).toEqual([
      others,
      {
        id: 'one',
        due: start + 3_000,
        calls: [
          group({ since: start - 250 }),
          group({ since: start, n: 2 }),
          group({ since: start, cost: 2 }),
          group({ since: start, priority: 'background' }),
        ],
      },
    ]);
  });

  test('keep their number where earlier ones have gone', () => {
    const draft = full({ waiting: [waiting([group({ since: start, first: 3 })], { id: 'one' })] });
    ask(draft, [call()]);
    expect(draft.waiting).toMatchObject([{ calls: [{ first: 3, n: 1 }] }]);
  });

  test('are published in 24 groups at most, with all calls of these', () => {
    const draft = full();
    const calls = Array.from({ length: 30 }, (_, at) => call({ waitedMs: 250 * (30 - at) }));
    ask(draft, [...calls, ...calls]);
    expect(draft.waiting[0]?.calls.map(({ n }) => n)).toEqual(Array.from({ length: 24 }, () => 2));
  });

  test('may be none', () => {
    const draft = full();
    expect(ask(draft, [])).toMatchObject({ calls: [], went: [] });
    expect(draft.waiting).toEqual([]);
  });

  test('are not published once all have permits', () => {
    const others = waiting([group()]);
    const draft = recordWith({ waiting: [waiting([group()], { id: 'one' }), others] });
    expect(ask(draft, [call()])).not.toHaveProperty('recheckMs');
    expect(draft.waiting).toEqual([others]);
  });

  test('keep a place, rounded down to a quarter of a second', () => {
    const { calls } = ask(full(), [call({ waitedMs: 1 }), call({ place: { record: start, since: 5 } })]);
    expect(calls).toEqual([
      { ahead: 1, place: { record: start, since: start - 250 } },
      { ahead: 0, place: { record: start, since: 5 } },
    ]);
  });
});

describe('a process that waits', () => {
  const policy = fc.constantFrom('sync', 'list');
  const priority = fc.constantFrom('interactive' as const, 'background' as const);
  const upTo = (most: number) => fc.integer({ min: 1, max: most });
  const calls = fc.array(fc.record({ policy, priority, cost: upTo(25), waitedMs: fc.nat(5_000) }), {
    minLength: 1,
    maxLength: 5,
  });
  const drafts = fc.record({
    hits: fc.array(fc.tuple(upTo(9), upTo(60_000)), { maxLength: 4 }),
    inFlight: fc.array(fc.tuple(upTo(9), policy), { maxLength: 2 }),
    foreign: fc.option(fc.tuple(upTo(9), upTo(60_000)), { nil: undefined }),
    waiting: fc.array(
      fc.record({
        policy,
        priority,
        since: fc.integer({ min: start - 5_000, max: start }),
        n: upTo(3),
        cost: upTo(12),
      }),
      { maxLength: 2 },
    ),
  });

  test('seldom looks in vain, whatever it waits for', () => {
    fc.assert(
      fc.property(calls, drafts, (asked, given) => {
        let draft = recordWith({
          hits: given.hits.map(([n, until]) => hits(n, until)),
          inFlight: given.inFlight.map(([n, of]) => inFlight(n, of)),
          ...(given.foreign && { foreign: hits(...given.foreign) }),
          waiting: [waiting(given.waiting.map(group), { due: start + 500 })],
        });
        let left: readonly WaitingCall[] = asked;
        let inVain = 0;
        for (let passedMs = 0; passedMs < 2 * cycleMs && left.length > 0;) {
          const { calls: grants, recheckMs = 0 } = ask(draft, left);
          const still = left.flatMap((one, at): WaitingCall[] => {
            const grant = grants[at];
            return grant === undefined || grant.permit ? [] : [{ ...one, place: grant.place }];
          });
          if (still.length === left.length) inVain += 1;
          // Four times a second at most, besides the moments at which something expires.
          expect(inVain).toBeLessThanOrEqual(passedMs / 250 + 20);
          passedMs += recheckMs;
          left = still.map((one) => ({ ...one, waitedMs: one.waitedMs + recheckMs }));
          const time = { wallMs: start + passedMs, monotonicMs: 9 + passedMs };
          draft = currentDraft(draft, advanceClock(draft.clock, time), timing);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a process that shares its record with no other', () => {
  const anyCall = fc.record({
    policy: fc.constantFrom('sync', 'list'),
    priority: fc.constantFrom('interactive' as const, 'background' as const),
    cost: fc.integer({ min: 1, max: 4 }),
    afterMs: fc.integer({ min: 250, max: 5_000 }),
  });

  test('gets its permits as one that happens to be alone on a shared record', () => {
    fc.assert(
      fc.property(
        fc.array(anyCall, { maxLength: 12 }),
        fc.nat(20),
        fc.nat(12),
        fc.boolean(),
        fc.nat(70_000),
        (given, answered, flying, isUncertain, pausedMs) => {
          // Farther apart than the time within which the processes of a shared record take turns.
          let waitedMs = 0;
          const calls = given
            .map(({ afterMs, ...rest }): WaitingCall => ({ ...rest, waitedMs: (waitedMs += afterMs) }))
            .reverse();
          const draftOf = () =>
            recordWith({
              ...(answered > 0 && { hits: [hits(answered, 3_000)] }),
              ...(flying > 0 && { inFlight: [inFlight(flying)] }),
              ...(isUncertain && { uncertainty }),
              pausedUntil: start + pausedMs - 60_000,
            });
          const rules = { windowMs: 60_000, limits };
          const [own, shared] = [draftOf(), draftOf()];
          const ofOwn = grantOwn(own, { by: 'one', calls }, timing, rules);
          const ofShared = grantShared(shared, { by: 'one', calls }, timing, rules);
          const plain = ({ calls, recheckMs }: typeof ofOwn) => ({
            recheckMs,
            calls: calls.map((grant) => (grant.permit ? grant : { ahead: grant.ahead })),
          });
          expect(plain(ofOwn)).toEqual(plain(ofShared));
          expect(own).toEqual({ ...shared, waiting: [] });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a process looks again', () => {
  test.each<[string, Partial<Draft>, readonly WaitingCall[], number]>([
    ['when its call can go', { hits: [hits(10, 3_000)] }, [call()], 3_000],
    ['when the first of its calls can go', { hits: [hits(10, 3_000)] }, [background(), call()], 3_000],
    [
      'when the first of its calls can go, which may be in the background',
      { hits: [hits(10, 1_000), hits(10, 3_000)] },
      [call(), background({ policy: 'list' })],
      1_000,
    ],
    ['when its background call can go', { hits: [hits(10, 3_000)] }, [background()], 3_000],
    ['after a tenth of a window at the latest', { hits: [hits(10, 9_000)] }, [call()], 6_000],
    ['when the pause is over', { pausedUntil: start + 7_000 }, [call()], 7_000],
    [
      'when its own probe is late',
      { uncertainty, probe: { issued: 1, at: start, by: 'one' } },
      [call()],
      5_000,
    ],
    [
      'soon when another one probes',
      { uncertainty, probe: { issued: 1, at: start, by: 'two' } },
      [call()],
      10,
    ],
    [
      'later as that takes longer',
      { uncertainty, probe: { issued: 1, at: start - 200, by: 'two' } },
      [call()],
      100,
    ],
    [
      'four times a second then',
      { uncertainty, probe: { issued: 1, at: start - 900, by: 'two' } },
      [call()],
      250,
    ],
    [
      'soon when another one probes and a pause is just over',
      { uncertainty, probe: { issued: 1, at: start - 200, by: 'two' }, pausedUntil: start },
      [call()],
      100,
    ],
    [
      'when a pause is over, although another one probes',
      { uncertainty, probe: { issued: 1, at: start - 200, by: 'two' }, pausedUntil: start + 3_000 },
      [call()],
      3_000,
    ],
    ['when that is late', { uncertainty, probe: { issued: 1, at: start - 4_900, by: 'two' } }, [call()], 100],
    [
      'four times a second when it is held up by a call in flight',
      { inFlight: [inFlight(10)] },
      [list()],
      250,
    ],
    [
      'four times a second when a larger call is held up by one in flight',
      { inFlight: [inFlight(9)] },
      [list({ cost: 2 })],
      250,
    ],
    [
      'when a larger call can go that none behind it overtakes',
      { hits: [hits(8, 3_000)] },
      [call({ cost: 3 }), list({ priority: 'background' })],
      3_000,
    ],
    [
      'not for calls that are held up behind a larger one',
      { hits: [hits(8, 3_000)], inFlight: [inFlight(1)] },
      [list({ cost: 12 }), list({ cost: 2 })],
      3_000,
    ],
    [
      'when others that come first are late',
      { waiting: [waiting([group({ n: 10 })], { due: start + 7 })] },
      [call()],
      1_008,
    ],
    [
      'when the first of others is late',
      {
        waiting: [
          waiting([group({ n: 5 })], { due: start + 9 }),
          waiting([group({ n: 5 })], { id: 'x', due: start + 7 }),
        ],
      },
      [call()],
      1_008,
    ],
    [
      'when it can go, if that is sooner',
      {
        hits: [hits(9, 300)],
        waiting: [waiting([group({ n: 1 })], { due: start + 7 })],
      },
      [call()],
      300,
    ],
    ['when its call can go after a pause', { pausedUntil: start, hits: [hits(10, 3_000)] }, [call()], 3_000],
    [
      'when its call can go, although a probe is late',
      { uncertainty, probe: { issued: 1, at: start - 6_000, by: 'two' }, hits: [hits(10, 3_000)] },
      [call()],
      3_000,
    ],
    [
      'not for others where it has no room itself',
      {
        hits: [hits(10, 3_000)],
        waiting: [waiting([group({ policy: 'list' })], { due: start + 7 })],
      },
      [call()],
      3_000,
    ],
    [
      'not for others that come before a call which waits behind a larger one',
      {
        hits: [hits(8, 3_000)],
        waiting: [waiting([group({ since: 6 })], { due: start + 7 })],
      },
      [call({ cost: 3, place: { record: start, since: 5 } }), call({ place: { record: start, since: 7 } })],
      3_000,
    ],
    [
      'when others that come before its second call are late',
      {
        uncertainty,
        waiting: [
          waiting([group({ since: 4 })]),
          waiting([group({ since: 6 })], { id: 'x', due: start - 900 }),
        ],
      },
      [call({ place: { record: start, since: 5 } }), call({ place: { record: start, since: 7 } })],
      101,
    ],
    ['after a millisecond at least', { hits: [hits(10, 0.2)] }, [call()], 1],
    ['in whole milliseconds', { hits: [hits(10, 1.2)] }, [call()], 2],
  ])('%s', (_, parts, calls, ms) => {
    expect(ask(recordWith(parts), calls).recheckMs).toBe(ms);
  });

  test('ten times a short window when it is held up by a call in flight', () => {
    expect(ask(recordWith({ inFlight: [inFlight(10)] }), [list()], { windowMs: 2_000 }).recheckMs).toBe(200);
  });
});

describe('the expected wait', () => {
  test.each<[string, Partial<Draft>, Partial<WaitingCall>, number, number]>([
    ['is none where there is room', {}, {}, 9, 0],
    ['is a window beyond the limit', {}, {}, 10, cycleMs],
    ['is two windows beyond twice the limit', {}, {}, 20, 2 * cycleMs],
    ['of a call that costs more is that of its last part', {}, { cost: 3 }, 7, 0],
    ['of a call that costs more is that of its last part', {}, { cost: 3 }, 8, cycleMs],
    ['is none beside charged calls', { hits: [hits(4, 1_000)] }, {}, 5, 0],
    ['lasts until charged calls end', { hits: [hits(4, 1_000)] }, {}, 6, 1_000],
    ['lasts until the first of them end', { hits: [hits(4, 1_000), hits(6, 2_000)] }, {}, 3, 1_000],
    ['lasts until enough of them end', { hits: [hits(4, 1_000), hits(6, 2_000)] }, {}, 4, 2_000],
    ['lasts until they end, and a window', { hits: [hits(10, 3_000)] }, {}, 10, 3_000 + cycleMs],
    ['lasts as long as a pause', { pausedUntil: start + 500 }, {}, 0, 500],
    ['is no longer for a pause that is over', { pausedUntil: start - 500 }, {}, 0, 0],
    ['is rounded up', { pausedUntil: start + 500.2 }, {}, 0, 501],
    ['lasts until foreign calls end', { foreign: hits(4, 1_000) }, {}, 2, 1_000],
    ['is none beside foreign calls', { foreign: hits(4, 1_000) }, {}, 1, 0],
    ['is a window where the server allows none', { limits: { sync: 0 } }, {}, 1, cycleMs],
    ['in the background is none up to four fifths', {}, { priority: 'background' }, 7, 0],
    [
      'in the background lasts until a part is free',
      { hits: [hits(8, cycleMs)] },
      { priority: 'background' },
      0,
      24_000,
    ],
    [
      'in the background lasts until all is free',
      { hits: [hits(8, cycleMs)] },
      { priority: 'background' },
      1,
      48_000,
    ],
    [
      'in the background lasts for a window',
      { hits: [hits(8, cycleMs)] },
      { priority: 'background' },
      2,
      cycleMs,
    ],
    [
      'in the background lasts for a window beyond the limit',
      { hits: [hits(2, cycleMs - 30_000)] },
      { priority: 'background' },
      8,
      cycleMs,
    ],
    ['in the background ends with its window', { hits: [hits(8, 10_000)] }, { priority: 'background' }, 1, 0],
  ])('%s', (_, parts, kind, ahead, ms) => {
    expect(ask(recordWith(parts), []).expectedWaitMs(call(kind), ahead)).toBe(ms);
  });
});
