import { describe, expect, it } from 'vitest';
import { progressText, type RunState, timeLeftMs } from './progress-text.js';

const allowance = { limit: 5, windowMs: 60_000 };
const state = (given: Partial<RunState>): RunState => ({
  total: 60,
  done: 0,
  startedAt: 0,
  now: 0,
  waitsUntil: undefined,
  ...given,
});

describe('the progress bar', () => {
  it('shows the count, the rate, the wait and the time left', () => {
    expect(progressText(state({ done: 15, now: 130_000, waitsUntil: 180_500 }), allowance)).toBe(
      '██████░░░░░░░░░░░░░░░░░░ 15/60 · 6.9 a minute · waiting 51 s · about 9 min left',
    );
  });

  it('has no rate before the first order, and no time left after the last', () => {
    expect(progressText(state({}), allowance)).toBe(
      '░░░░░░░░░░░░░░░░░░░░░░░░ 0/60 · sending · about 11 min left',
    );
    expect(progressText(state({ done: 60, now: 661_000 }), allowance)).toBe(
      '████████████████████████ 60/60 · 5.4 a minute · sending',
    );
  });
});

describe('the time left', () => {
  it('is what the allowance requires at first', () => {
    expect(timeLeftMs(state({ done: 5, now: 2_000, waitsUntil: 60_000 }), allowance)).toBe(
      58_000 + 10 * 60_000,
    );
  });

  it('follows the actual rate when other processes use a part of the allowance', () => {
    expect(timeLeftMs(state({ done: 10, now: 300_000 }), allowance)).toBe(50 * 30_000);
  });
});
