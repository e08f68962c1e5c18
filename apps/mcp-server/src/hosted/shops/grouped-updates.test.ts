import { createMemoryStore, type ListableStore } from '@wemasy-orders/state';
import { describe, expect, it } from 'vitest';
import { withGroupedUpdates } from './grouped-updates.js';

/** A store whose writes wait until the test lets them go, and are counted. */
function scene() {
  const memory = createMemoryStore();
  const writes: boolean[] = [];
  const gate: { open: () => void; fails: boolean } = { open: () => undefined, fails: false };
  const slow: ListableStore = {
    ...memory,
    async update(key, updater, options) {
      writes.push(options?.durable === true);
      await new Promise<void>((resolve) => (gate.open = resolve));
      if (gate.fails) throw new Error('the disk is full');
      return await memory.update(key, updater, options);
    },
  };
  const store = withGroupedUpdates(slow);
  const add = (key: string, durable = true) =>
    store.update(
      key,
      (record) => {
        const count = Number(Object(record).count ?? 0) + 1;
        return { record: { count }, result: count };
      },
      { durable },
    );
  const turn = () => new Promise(setImmediate);
  return { store, add, writes, gate, turn };
}

describe('updates of one record', () => {
  it('that arrive during a write are made together in the next one, in their order', async () => {
    const { add, writes, gate, turn } = scene();
    const all = Promise.all([add('a', false), add('a', false), add('a'), add('a', false)]);
    gate.open();
    await turn();
    gate.open();
    expect(await all).toEqual([1, 2, 3, 4]);
    expect(writes).toEqual([false, true]);
  });

  it('of which one throws leave the others alone', async () => {
    const { store, add, gate, turn } = scene();
    const first = add('a');
    const thrown = store.update('a', () => {
      throw new TypeError('not like this');
    });
    const last = add('a');
    gate.open();
    await turn();
    gate.open();
    await expect(thrown).rejects.toThrow('not like this');
    expect([await first, await last]).toEqual([1, 2]);
  });

  it('all fail with a write that fails, and the next one is tried', async () => {
    const { add, gate, turn } = scene();
    const first = add('a');
    gate.fails = true;
    const others = [add('a'), add('a')];
    gate.open();
    await expect(first).rejects.toThrow('the disk is full');
    await turn();
    gate.open();
    for (const other of others) await expect(other).rejects.toThrow('the disk is full');
    gate.fails = false;
    const next = add('a');
    gate.open();
    expect(await next).toBe(1);
  });

  it('do not wait for those of another record', async () => {
    const { add, gate } = scene();
    void add('a');
    const other = add('b');
    gate.open();
    expect(await other).toBe(1);
  });
});
