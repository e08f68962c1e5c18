import { createMemoryStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { expect, test } from 'vitest';
import { issue, timingOf, type Draft } from './counter.js';
import { createWindowStore } from './window-store.js';

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
  const timing = timingOf(60_000);
  const issued = { policy: 'sync', cost: 1 };
  const inFlight = (): Promise<Draft['inFlight']> => window.update((draft) => draft.inFlight);
  const sentAt = clock.now();
  await window.update((draft) => issue(draft, issued, 'one', timing));
  isAway = false;
  await clock.advance(10_000);
  // A look at the record adds nothing to it.
  await window.read(() => undefined);
  expect(
    await shared.update('account/window/sync', (record) => ({ record: undefined, result: record })),
  ).toBe(undefined);
  const merged = await inFlight();
  expect(merged).toEqual([
    {
      n: 1,
      policy: 'sync',
      from: sentAt,
      last: sentAt + 3_000,
      arrivesBy: sentAt + 3_000 + timing.longestFlightMs,
    },
  ]);
  expect(await inFlight()).toEqual(merged);
});
