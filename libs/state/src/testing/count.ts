import type { Update } from '../state-store.js';

/** An updater that counts how often it was applied to a record. */
export function count(record: unknown): Update<number> {
  const before = typeof record === 'object' && record !== null && 'n' in record ? Number(record.n) : 0;
  return { record: { n: before + 1 }, result: before + 1 };
}
