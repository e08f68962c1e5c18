import { systemClock, type Clock } from './machine.js';
import { StoreClosedError } from './errors.js';
import { afterWrite, checkGeneration, openGeneration, readGeneration } from './generation.js';
import { isDirectlyBelow } from './keys.js';
import type { ListableStore, StoreTime, Updater } from './state-store.js';

/** What a memory store can be given. */
export interface MemoryStoreOptions {
  /** Time, for tests; default: the system's. */
  clock?: Clock;
}

/** A store for one process: no other process shares it, and it ends with the process. */
export function createMemoryStore({ clock = systemClock }: MemoryStoreOptions = {}): ListableStore {
  // Text, as in the stores that processes share: no caller can change a record through a reference to it.
  const records = new Map<string, string>();
  let closed = false;

  function refuseClosed(): void {
    if (closed) throw new StoreClosedError();
  }

  function read(key: string): unknown {
    const text = records.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  function apply<T>(key: string, updater: Updater<T>): { readonly result: T; readonly isWritten: boolean } {
    const record = read(key);
    const updated = updater(record, readTime(clock));
    const isWritten = updated.record !== record;
    if (updated.record === undefined) records.delete(key);
    else if (isWritten) records.set(key, JSON.stringify(updated.record));
    return { result: updated.result, isWritten };
  }

  async function update<T>(key: string, updater: Updater<T>): Promise<T> {
    refuseClosed();
    return apply(key, updater).result;
  }

  return {
    update,
    async updateGuarded(key, updater, guard) {
      refuseClosed();
      const found = checkGeneration(guard, read(guard.key));
      const { result, isWritten } = apply(key, updater);
      if (!isWritten) return { result, generation: found, isUnchanged: true };
      const generation = afterWrite(found, guard.writer);
      records.set(guard.key, JSON.stringify(generation));
      return { result, generation: { id: generation.id, writes: generation.writes } };
    },
    openGeneration: (key) => openGeneration({ update }, key),
    readGeneration: (key) => readGeneration({ update }, key),
    async keys(prefix) {
      refuseClosed();
      return [...records.keys()].filter((key) => isDirectlyBelow(key, prefix));
    },
    async healthCheck() {
      refuseClosed();
      return undefined;
    },
    async place() {
      return { description: 'memory of this process' };
    },
    async persistence() {
      return { kind: 'volatile', description: 'the records end with this process' };
    },
    async close() {
      closed = true;
    },
  };
}

function readTime(clock: Clock): StoreTime {
  return { wallMs: clock.now(), monotonicMs: clock.monotonic(), bootId: 'process' };
}
