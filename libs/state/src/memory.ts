import { systemClock, type Clock } from './clock.js';
import { isDirectlyBelow } from './keys.js';
import type { ListableStore, StoreTime } from './state-store.js';

export interface MemoryStoreOptions {
  clock?: Clock;
}

/** A store for one process: shared by nobody else and gone when the process ends. */
export function createMemoryStore({ clock = systemClock }: MemoryStoreOptions = {}): ListableStore {
  // Text, as in the stores that processes share: nobody can change a record through a reference to it.
  const records = new Map<string, string>();
  let closed = false;

  return {
    async update(key, updater) {
      if (closed) throw new Error('The store is closed');
      const text = records.get(key);
      const record: unknown = text === undefined ? undefined : JSON.parse(text);
      const updated = updater(record, readTime(clock));
      if (updated.record === undefined) records.delete(key);
      else if (updated.record !== record) records.set(key, JSON.stringify(updated.record));
      return updated.result;
    },
    async keys(prefix) {
      if (closed) throw new Error('The store is closed');
      return [...records.keys()].filter((key) => isDirectlyBelow(key, prefix));
    },
    async findFault() {
      if (closed) throw new Error('The store is closed');
      return undefined;
    },
    async close() {
      closed = true;
    },
  };
}

function readTime(clock: Clock): StoreTime {
  return { wallMs: clock.now(), monotonicMs: clock.monotonic(), bootId: 'process' };
}
