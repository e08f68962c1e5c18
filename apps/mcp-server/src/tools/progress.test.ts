import { createVirtualClock } from '@wemasy-orders/state/testing';
import { expect, it } from 'vitest';
import { type ProgressNotice, startProgress } from './progress.js';

function started() {
  const clock = createVirtualClock();
  const notices: ProgressNotice[] = [];
  const progress = startProgress({ clock, tell: (notice) => notices.push(notice) });
  return { clock, notices, progress };
}

it('a call that is over before the first notice says nothing', async () => {
  const { clock, notices, progress } = started();
  await clock.advance(4_000);
  progress.stop();
  progress.done(1, { total: 1, message: 'too late' });
  await clock.advance(60_000);
  expect(notices).toEqual([]);
  expect(clock.timers().waiting).toBe(0);
});

it('a call that waits for allowance counts down every five seconds', async () => {
  const { clock, notices, progress } = started();
  progress.waits({ expectedWaitMs: 12_000 });
  await clock.advance(16_000);
  expect(notices.map(({ message }) => message)).toEqual([
    "waiting 12 s for the API's allowance",
    "waiting 7 s for the API's allowance",
    "waiting 2 s for the API's allowance",
    'waiting for the API to answer',
  ]);
});

it('a call of several requests says how many are done and how many there are', async () => {
  const { clock, notices, progress } = started();
  progress.done(1, { total: 3, message: 'read page 1 of 3' });
  await clock.advance(5_000);
  progress.done(2, { total: 3, message: 'read page 2 of 3' });
  expect(notices.map(({ total }) => total)).toEqual([3, 3, 3]);
  expect(notices[0]).toEqual({ progress: 1, total: 3, message: 'read page 1 of 3' });
  expect(notices[2]).toEqual({ progress: 2, total: 3, message: 'read page 2 of 3' });
});

it('progress only ever rises, and stays below what is not done yet', async () => {
  const { clock, notices, progress } = started();
  progress.waits({ expectedWaitMs: 20_000 });
  await clock.advance(12_000);
  // The API answered 429 all the same, so the same request waits again.
  progress.waits({ expectedWaitMs: 60_000 });
  await clock.advance(120_000);
  progress.done(1, { total: 2, message: 'read page 1 of 2' });
  await clock.advance(60_000);
  const values = notices.map((notice) => notice.progress);
  expect(values.length).toBeGreaterThan(20);
  for (const [at, value] of values.slice(1).entries()) expect(value).toBeGreaterThan(values[at] ?? NaN);
  const before = values.slice(
    0,
    notices.findIndex(({ message }) => message === 'read page 1 of 2'),
  );
  expect(Math.max(...before)).toBeLessThan(1);
  expect(Math.max(...values)).toBeLessThan(2);
});
