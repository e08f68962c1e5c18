import type { StoreTime } from '@wemasy-orders/state';
import { describe, expect, test } from 'vitest';
import { advanceClock, detectClockJump, startClock, timingOf } from './time.js';

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
