import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { describe, expect, it, test } from 'vitest';
import { sleep, systemClock } from './machine.js';
import { createVirtualClock } from './testing/virtual-clock.js';

test('the monotonic clock is the same in all processes of a machine', () => {
  const print = 'process.stdout.write(String(Number(process.hrtime.bigint()) / 1e6))';
  const before = systemClock.monotonic();
  const child = spawnSync(process.execPath, ['-e', print], {
    encoding: 'utf8',
  });
  expect(Number(child.stdout)).toBeGreaterThan(before);
  expect(Number(child.stdout)).toBeLessThan(systemClock.monotonic());
});

test('a timer fires, and a cancelled one does not', async () => {
  let cancelled = false;
  systemClock.setTimer(() => (cancelled = true), 1)();
  await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 2, { keepAlive: true }));
  expect(cancelled).toBe(false);
});

test('a delay that Node would shorten to a millisecond stays long', async () => {
  let fired = false;
  const cancel = systemClock.setTimer(() => (fired = true), 2 ** 40);
  await new Promise<void>((resolve) => void systemClock.setTimer(resolve, 10, { keepAlive: true }));
  cancel();
  expect(fired).toBe(false);
});

describe('sleep', () => {
  it('shares one listener with all that sleep by the same signal, and removes it with the last of them', async () => {
    const clock = createVirtualClock();
    const { signal } = new AbortController();
    const sleeping = Promise.all(Array.from({ length: 20 }, () => sleep(clock, 100, signal)));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await clock.advance(100);
    await sleeping;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('resolves after the given time', async () => {
    const clock = createVirtualClock();
    let isOver = false;
    const sleeping = sleep(clock, 100).then(() => (isOver = true));
    await clock.advance(99);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(isOver).toBe(true);
    await sleeping;
  });

  it('rejects with the reason of the signal, before and while it waits', async () => {
    const clock = createVirtualClock();
    const controller = new AbortController();
    const sleeping = sleep(clock, 100, controller.signal);
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(sleep(clock, 100, controller.signal)).rejects.toBe(reason);
  });
});
