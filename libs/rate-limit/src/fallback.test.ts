import { describe, expect, test } from 'vitest';
import { fallbackState, rebaseUsage } from './fallback.js';
import type { WindowState } from './window-state.js';

const RULES = { windowMs: 60_000, limits: { sync: 5 } };
const MARGIN_MS = 50;

/** A shared record that was read when its clock showed 1,000,000 and this process's monotonic clock 500. */
const shared: WindowState = {
  version: 2,
  since: 900_000,
  clock: { minElapsed: 1_000_000, maxElapsed: 1_000_200, wallMs: 1_000_000 },
  issued: 12,
  hits: [],
  inFlight: [],
  limits: { sync: 4 },
  pausedUntil: 0,
  waiting: [{ id: 'one', due: 1, calls: [] }],
};
const seenAt = 500;
/** This process's own clocks, ten seconds later. */
const time = { wallMs: 7_000_000.5, monotonicMs: 10_500, bootId: 'process' };
const fallbackOf = (changed: Partial<WindowState>): WindowState =>
  fallbackState({ state: { ...shared, ...changed }, monotonicMs: seenAt }, time, RULES);

describe('the record of a process without its store', () => {
  test('starts uncertain on its own clocks, with the limits alone', () => {
    expect(fallbackOf({})).toEqual({
      version: 2,
      since: 7_000_000,
      clock: {
        minElapsed: 7_000_000,
        maxElapsed: 7_000_000,
        wallMs: 7_000_000,
        monotonicMs: 10_500,
        bootId: 'process',
      },
      issued: 0,
      uncertainty: { reason: 'outage', issued: 0 },
      hits: [],
      inFlight: [],
      limits: { sync: 4 },
      pausedUntil: 5_990_000,
      waiting: [],
    });
  });

  test('charges all that the shared record charged as foreign use, until the last of it expires', () => {
    const { foreign } = fallbackOf({
      hits: [{ n: 2, from: 0, until: 1_030_000 }],
      inFlight: [{ n: 3, policy: 'sync', from: 0, first: 0, last: 0, arrivesBy: 1_020_000 }],
      foreign: { n: 4, from: 0, until: 1_040_000 },
    });
    const untilMs = 1_020_000 + 60_000 + MARGIN_MS - 1_010_000;
    expect(foreign).toEqual({ n: 9, from: 7_000_000 - 60_000, until: 7_000_000 + untilMs });
  });

  test('charges nothing that has expired since', () => {
    const { foreign } = fallbackOf({
      hits: [
        { n: 2, from: 0, until: 1_010_000 },
        { n: 1, from: 0, until: 1_010_001 },
      ],
    });
    expect(foreign).toMatchObject({ n: 1, until: 7_000_001 });
  });

  test('continues with a pause', () => {
    expect(fallbackOf({ pausedUntil: 1_015_000 }).pausedUntil).toBe(7_005_000);
  });

  test('is another record, even if the shared one began later by its clock', () => {
    expect(fallbackOf({ since: 8_000_000 }).since).toBe(8_000_001);
  });

  test('takes no time for passed if the monotonic clock went back', () => {
    const { foreign } = fallbackState(
      { state: { ...shared, hits: [{ n: 1, from: 0, until: 1_000_001 }] }, monotonicMs: 20_000 },
      time,
      RULES,
    );
    expect(foreign).toMatchObject({ n: 1, until: 7_000_001 });
  });
});

test('the use during an outage moves to the clock of the shared record, each time on its own scale', () => {
  const usage = {
    clock: { minElapsed: 7_000_000, maxElapsed: 7_000_300 },
    hits: [{ n: 2, from: 7_000_000, until: 7_060_000 }],
    inFlight: [
      { n: 1, policy: 'sync', from: 7_000_010, first: 7_000_020, last: 7_000_030, arrivesBy: 7_040_000 },
    ],
  };
  const clock = { minElapsed: 1_000_000, maxElapsed: 1_000_200, wallMs: 0 };
  expect(rebaseUsage(usage, clock)).toEqual({
    hits: [{ n: 2, from: 7_000_000 - 6_000_100, until: 1_060_000 }],
    inFlight: [{ n: 1, policy: 'sync', from: 7_000_010 - 6_000_100, last: 1_000_030, arrivesBy: 1_040_000 }],
  });
});
