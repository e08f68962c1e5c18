import { expect, test } from 'vitest';
import { createVirtualClock } from './virtual-clock.js';

test('timers fire in order, and promises settle between them', async () => {
  const clock = createVirtualClock(0);
  const seen: string[] = [];
  clock.setTimer(() => seen.push(`late at ${clock.now()}`), 20);
  clock.setTimer(() => {
    seen.push(`early at ${clock.now()}`);
    void Promise.resolve().then(() => clock.setTimer(() => seen.push(`between at ${clock.now()}`), 5));
  }, 10);
  await clock.advance(30);
  expect(seen).toEqual(['early at 10', 'between at 15', 'late at 20']);
  expect(clock.now()).toBe(30);
});

test('a cancelled timer does not fire', async () => {
  const clock = createVirtualClock();
  let fired = false;
  clock.setTimer(() => (fired = true), 10)();
  await clock.advance(20);
  expect(fired).toBe(false);
});

test('setting the wall clock moves neither the monotonic clock nor timers', async () => {
  const clock = createVirtualClock(0);
  clock.setTimer(() => undefined, 10);
  clock.stepWall(-3_600_000);
  expect([clock.now(), clock.monotonic(), clock.timers().waiting]).toEqual([-3_600_000, 0, 1]);
});

test('counts the timers that would keep a process alive', () => {
  const clock = createVirtualClock();
  clock.setTimer(() => undefined, 10);
  clock.setTimer(() => undefined, 10, { keepAlive: true });
  expect(clock.timers()).toEqual({ waiting: 2, keepingAlive: 1 });
});
