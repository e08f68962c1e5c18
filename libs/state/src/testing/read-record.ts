import type { StateStore } from '../state-store.js';

/** Reads without writing. */
export function readRecord(store: StateStore, key: string): Promise<unknown> {
  return store.update(key, (record) => ({
    record: typeof record === 'object' && record !== null ? record : undefined,
    result: record,
  }));
}
