import { describe, expect, it } from 'vitest';
import { sleep } from './sleep.js';
import { createVirtualClock } from './testing/virtual-clock.js';

describe('sleep', () => {
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
