import type { StoreTime } from '@wemasy-orders/state';
import { describe, expect, test } from 'vitest';
import {
  advanceClock,
  advanceOwnClock,
  detectClockJump,
  parseWindowState,
  startClock,
  type WindowState,
} from './window-state.js';

/** A record with everything that one can hold. */
const whole: WindowState = {
  version: 2,
  since: 1_000,
  clock: { minElapsed: 1, maxElapsed: 2, wallMs: 3, monotonicMs: 4, bootId: 'b1' },
  issued: 5,
  uncertainty: { reason: 'start', issued: 0 },
  probe: { issued: 5, at: 6, by: 'one' },
  window: { issued: 4, from: 7, openBy: 8 },
  hits: [{ n: 1, from: 9, until: 10 }],
  inFlight: [{ n: 1, policy: 'sync', from: 11, first: 12, last: 13, arrivesBy: 14 }],
  foreign: { n: 2, from: 15, until: 16 },
  limits: { sync: 10 },
  pausedUntil: 0,
  waiting: [
    {
      id: 'two',
      due: 17,
      calls: [
        { policy: 'sync', priority: 'interactive', since: 18, first: 0, n: 1, cost: 1 },
        { policy: 'list', priority: 'background', since: 18.5, first: 0, n: 1, cost: 1 },
      ],
    },
  ],
};

/** Fields that a record can do without. */
const optional =
  /^(uncertainty|probe|window|foreign|limits\.sync|clock\.(monotonicMs|bootId)|window\.openBy|inFlight\.0\.first)$/;
const counts = /\.?(issued|n|cost)$|^limits\.sync$|^waiting.*first$/;

type Path = readonly string[];

/** Every field of a record, by its path. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(Array.isArray(value) ? [] : [[...path, key]]),
    ...pathsIn(inner, [...path, key]),
  ]);
}

/** @param replacement undefined: the field is removed */
function changed(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const entries = Object.entries(Object(value)).map(
    ([name, inner]) => [name, name === key ? changed(inner, rest, replacement) : inner] as const,
  );
  const kept = entries.filter(([, inner]) => inner !== undefined);
  return Array.isArray(value) ? kept.map(([, inner]) => inner) : Object.fromEntries(kept);
}

describe('a record of a window', () => {
  test('is read with everything that it holds, and with as little as it can hold', () => {
    expect(parseWindowState(whole)).toBe(whole);
    const { uncertainty, probe, window, foreign, ...least } = whole;
    expect([uncertainty, probe, window, foreign]).not.toContain(undefined);
    const empty = { ...least, hits: [], inFlight: [], limits: {}, waiting: [] };
    expect(parseWindowState(empty)).toBe(empty);
  });

  test.each(pathsIn(whole).map((path) => [path.join('.'), path] as const))(
    'is none without %s, unless it may be absent',
    (name, path) => {
      const record = changed(whole, path, undefined);
      expect(parseWindowState(record) !== undefined).toBe(optional.test(name));
    },
  );

  test.each(pathsIn(whole).map((path) => [path.join('.'), path] as const))(
    'is none where %s is of another kind',
    (name, path) => {
      const wrong = [
        null,
        true,
        [true],
        { a: 1 },
        'x',
        -1,
        1.5,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        2 ** 53,
      ];
      const accepted = wrong.filter((value) => parseWindowState(changed(whole, path, value)) !== undefined);
      const found = path.reduce<unknown>((value, key) => Object(value)[key], whole);
      const fits = (value: unknown) => {
        if (name === 'version' || name.endsWith('priority')) return false;
        if (name === 'limits') return JSON.stringify(value) === '{"a":1}';
        if (typeof found === 'string') return value === 'x';
        if (typeof found !== 'number') return false;
        return counts.test(name) ? false : typeof value === 'number' && Number.isFinite(value);
      };
      expect(accepted).toEqual(wrong.filter(fits));
    },
  );

  test.each([
    [undefined],
    [null],
    ['x'],
    [7],
    [[]],
    [{}],
    [{ ...whole, version: 1 }],
    [{ ...whole, version: 3 }],
  ])('is none at all: %j', (record) => {
    expect(parseWindowState(record)).toBeUndefined();
  });
});

const at = (wallMs: number, monotonicMs?: number, bootId?: string): StoreTime => ({
  wallMs,
  ...(monotonicMs !== undefined && { monotonicMs }),
  ...(bootId !== undefined && { bootId }),
});

/** How much time passes on a record's clock between two readings. */
function passed(from: StoreTime, to: StoreTime & { jumpMs?: number }) {
  const start = startClock(from);
  const { clock, restarted } = advanceClock(start, to);
  return {
    min: clock.minElapsed - start.minElapsed,
    max: clock.maxElapsed - start.maxElapsed,
    restarted,
  };
}

test('a clock starts at the wall clock, in whole milliseconds', () => {
  expect(startClock(at(1_000.9, 50.9, 'a'))).toEqual({
    minElapsed: 1_000,
    maxElapsed: 1_000,
    wallMs: 1_000,
    monotonicMs: 50,
    bootId: 'a',
  });
  expect(advanceClock(undefined, at(1_000.9))).toEqual({ clock: startClock(at(1_000.9)) });
  expect(startClock(at(1_000.9))).toEqual({ minElapsed: 1_000, maxElapsed: 1_000, wallMs: 1_000 });
  expect(startClock(at(1_000, 50))).toStrictEqual({
    minElapsed: 1_000,
    maxElapsed: 1_000,
    wallMs: 1_000,
    monotonicMs: 50,
  });
});

describe('between two readings', () => {
  test.each([
    ['both clocks agree', at(1_000, 50, 'a'), at(1_300, 350, 'a'), { min: 300, max: 300 }],
    ['the wall clock drifts', at(1_000, 50, 'a'), at(1_800, 350, 'a'), { min: 300, max: 300 }],
    ['the wall clock jumps', at(1_000, 50, 'a'), at(1_801, 350, 'a'), { min: 300, max: 801 }],
    ['the wall clock is set back', at(1_000, 50, 'a'), at(200, 350, 'a'), { min: 300, max: 300 }],
    ['no time passes', at(1_000, 50, 'a'), at(1_000, 50, 'a'), { min: 0, max: 0 }],
    ['the boot has no name', at(1_000, 50), at(1_300, 350), { min: 300, max: 300 }],
    [
      'the boot has no name and the wall clock is behind',
      at(1_000, 50),
      at(1_100, 350),
      { min: 100, max: 100 },
    ],
    [
      'the boot has no name and the wall clock jumps',
      at(1_000, 50),
      at(9_000, 350),
      { min: 300, max: 8_000 },
    ],
    ['there is only a wall clock', at(1_000), at(1_300), { min: 300, max: 300 }],
    ['there is only a wall clock, set back', at(1_000), at(900), { min: 0, max: 0 }],
    [
      'a process did not see part of it',
      at(1_000),
      { ...at(9_000), jumpMs: 5_999.5 },
      { min: 2_000, max: 8_000 },
    ],
    ['a process saw none of it', at(1_000), { ...at(2_000), jumpMs: 5_000 }, { min: 0, max: 1_000 }],
  ])('if %s', (_, from, to, expected) => {
    expect(passed(from, to)).toEqual({ ...expected, restarted: false });
  });

  test.each([
    ['another boot', at(1_000, 50, 'a'), at(1_300, 90, 'b')],
    ['a monotonic clock that went back', at(1_000, 50, 'a'), at(1_300, 49, 'a')],
    ['a monotonic clock that is gone', at(1_000, 50, 'a'), at(1_300)],
    ['a new monotonic clock', at(1_000), at(1_300, 50, 'a')],
    ['a monotonic clock without a boot that is gone', at(1_000, 50), at(1_300)],
    ['a new monotonic clock without a boot', at(1_000), at(1_300, 50)],
  ])('%s leaves the wall clock, and is a restart', (_, from, to) => {
    expect(passed(from, to)).toEqual({ min: 300, max: 300, restarted: true });
  });

  test('the next reading counts from the last one, whatever happened to the clocks', () => {
    const { clock } = advanceClock(startClock(at(1_000, 50, 'a')), at(100, 60, 'b'));
    expect(advanceClock(clock, at(400.7, 360.7, 'b')).clock).toEqual({
      minElapsed: 1_300,
      maxElapsed: 1_300,
      wallMs: 400,
      monotonicMs: 360,
      bootId: 'b',
    });
  });
});

describe('the clock of a record that ends with its process', () => {
  const start = at(1_000, 50, 'process');

  test.each([
    ['no time passes', start],
    ['both clocks agree', at(1_300.5, 350.5, 'process')],
    ['the wall clock drifts', at(1_800, 350, 'process')],
    ['the wall clock jumps', at(1_801, 350, 'process')],
    ['the wall clock is set back', at(200, 350, 'process')],
  ])('goes as every other one while %s', (_, time) => {
    const now = { now: () => time.wallMs, monotonic: () => time.monotonicMs ?? 0 };
    const { bootId, ...clock } = advanceClock(startClock(start), time).clock;
    expect(advanceOwnClock(startClock(start), now)).toEqual({ clock });
    const { bootId: first, ...started } = startClock(time);
    expect(advanceOwnClock(undefined, now)).toEqual({ clock: started });
    expect([bootId, first]).toEqual(['process', 'process']);
  });
});

describe('a jump of the clock of a store', () => {
  const last = { storeWallMs: 1_000, ownMs: 70 };

  test('is what the own clock did not see', () => {
    expect(detectClockJump(last, at(9_000), 570)).toEqual({ wallMs: 9_000, jumpMs: 7_500 });
    expect(detectClockJump(last, at(2_001), 570)).toEqual({ wallMs: 2_001, jumpMs: 501 });
  });

  test.each([
    ['within half a second', last, at(2_000), 570],
    ['back', last, at(100), 570],
    ['without an earlier sample', undefined, at(9_000), 570],
    ['with a monotonic clock of the store', last, at(9_000, 5), 570],
  ])('is none: %s', (_, sample, time, ownMs) => {
    expect(detectClockJump(sample, time, ownMs)).toEqual(time);
  });
});
