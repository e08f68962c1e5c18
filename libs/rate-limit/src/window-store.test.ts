import { createMemoryStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { expect, test } from 'vitest';
import { createWindowStore, type WindowUpdate } from './window-store.js';
import { reduceWindow } from './window.js';

test('what a process did during an outage is dated with a clock reading from each end of a slow update', async () => {
  const clock = createVirtualClock();
  const shared = createMemoryStore({ clock });
  let isAway = true;
  const window = createWindowStore({
    store: {
      ...shared,
      async update(...update) {
        if (isAway) throw new Error('connection lost');
        await clock.advance(3_000);
        return shared.update(...update);
      },
    },
    findKey: async () => 'account/window/sync',
    rules: { windowMs: 60_000, limits: { sync: 5 } },
    clock,
    outage: { isReported: false },
    onOutage: () => undefined,
  });
  const usages: Parameters<WindowUpdate<void>>[3][] = [];
  const update = (): Promise<void> =>
    window.update((state, time, rules, usage) => {
      usages.push(usage);
      const call = { policy: 'sync', priority: 'interactive', waitedMs: 0 } as const;
      const event = { kind: 'acquire', by: 'one', calls: [call] } as const;
      return { state: reduceWindow(state, event, time, rules).state, result: undefined };
    });
  await update();
  isAway = false;
  await clock.advance(10_000);
  // A look at the record adds nothing to it.
  await window.read(() => undefined);
  const startedAt = clock.now();
  await update();
  await update();
  expect(usages).toEqual([
    undefined,
    {
      clock: { minElapsed: startedAt, maxElapsed: startedAt + 3_000 },
      hits: [],
      inFlight: [expect.objectContaining({ n: 1, policy: 'sync' })],
    },
    undefined,
  ]);
});
