import { expect, test } from 'vitest';
import { createMemoryStore } from './memory.js';
import { createVirtualClock } from './testing/virtual-clock.js';

test('reads its time from its clock', async () => {
  const clock = createVirtualClock(1_000);
  const store = createMemoryStore({ clock });
  await clock.advance(250.5);
  const time = await store.update('key', (_record, now) => ({ record: undefined, result: now }));
  expect(time).toEqual({ wallMs: 1_250, monotonicMs: 250.5, bootId: 'process' });
});

test('two stores share nothing', async () => {
  await createMemoryStore().update('key', () => ({ record: { n: 1 }, result: undefined }));
  const found = await createMemoryStore().update('key', (record) => ({ record: undefined, result: record }));
  expect(found).toBeUndefined();
});
