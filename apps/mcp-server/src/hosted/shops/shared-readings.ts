import type { Clock, ListableStore, Persistence, StoreTime } from '@wemasy-orders/state';

/** How long a reading serves all shops, in ms. A shop's own journal does not look more often either. */
const freshMs = 1_000;

interface Reading {
  readonly record: unknown;
  readonly time: StoreTime;
}

/**
 * The same store, but what all shops read alike is read once a second: whether it is persistent, and the record of the
 * accounts, which grows with the shops. Closing does nothing, since the other shops still use the store.
 *
 * @param isShared whether a record is one that all shops read
 */
export function withSharedReadings(
  store: ListableStore,
  { clock, isShared }: { readonly clock: Clock; readonly isShared: (key: string) => boolean },
): ListableStore {
  const readings = lately<Reading>(clock);
  const persistence = lately<Persistence>(clock);

  async function read(key: string): Promise<Reading> {
    return await store.update(key, (record, time) => ({
      record: record === undefined ? undefined : Object(record),
      result: { record, time },
    }));
  }

  return {
    ...store,
    async update(key, updater, options) {
      if (!isShared(key)) return await store.update(key, updater, options);
      const { record, time } = await readings.get(key, () => read(key));
      const updated = updater(record, time);
      if (updated.record === record) return updated.result;
      readings.forget(key);
      return await store.update(key, updater, options);
    },
    async updateGuarded(key, updater, guard) {
      try {
        return await store.updateGuarded(key, updater, guard);
      } finally {
        readings.forget(key);
      }
    },
    persistence: () => persistence.get('', () => store.persistence()),
    close: async () => undefined,
  };
}

/** Keeps results for a while; failures are not kept. */
function lately<Value>(clock: Clock) {
  const kept = new Map<string, { readonly value: Promise<Value>; readonly at: number }>();
  return {
    async get(key: string, find: () => Promise<Value>): Promise<Value> {
      const known = kept.get(key);
      if (known !== undefined && clock.monotonic() - known.at <= freshMs) return await known.value;
      const fresh = { value: find(), at: clock.monotonic() };
      kept.set(key, fresh);
      try {
        return await fresh.value;
      } catch (error) {
        if (kept.get(key) === fresh) kept.delete(key);
        throw error;
      }
    },
    forget(key: string): void {
      kept.delete(key);
    },
  };
}
