import type { ListableStore, StoreTime } from '@wemasy-orders/state';

interface Waiting {
  readonly durable: boolean;
  /** The record after the update, or the same one where the updater throws. */
  apply(record: object | undefined, time: StoreTime): object | undefined;
  settle(): void;
  fail(error: unknown): void;
}

/**
 * The same store, but updates of a record that arrive while it is being written are made together, in one write. Each is as
 * durable as before; a hundred at once cost one lock and one flush to the disk. Closing does nothing, since others still
 * use the store.
 */
export function withGroupedUpdates(store: ListableStore): ListableStore {
  const queues = new Map<string, Waiting[]>();

  async function writeGroups(key: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const group = queue.splice(0);
      try {
        await store.update(
          key,
          (record, time) => ({
            record: group.reduce(
              (present, each) => each.apply(present, time),
              record === undefined ? undefined : Object(record),
            ),
            result: undefined,
          }),
          { durable: group.some(({ durable }) => durable) },
        );
        for (const { settle } of group) settle();
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
    }
    queues.delete(key);
  }

  return {
    ...store,
    update: (key, updater, options) =>
      new Promise((resolve, reject) => {
        let settle: () => void = () => undefined;
        const waiting: Waiting = {
          durable: options?.durable === true,
          apply(present, time) {
            try {
              const { record, result } = updater(present, time);
              settle = () => {
                resolve(result);
              };
              return record;
            } catch (error) {
              settle = () => {
                reject(error);
              };
              return present;
            }
          },
          settle: () => {
            settle();
          },
          fail: reject,
        };
        const queue = queues.get(key);
        if (queue !== undefined) {
          queue.push(waiting);
          return;
        }
        const fresh = [waiting];
        queues.set(key, fresh);
        void writeGroups(key, fresh);
      }),
    close: async () => undefined,
  };
}
