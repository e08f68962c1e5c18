import {
  createMemoryStore,
  type Clock,
  type StateStore,
  type StoreTime,
  type Update,
} from '@wemasy-orders/state';
import { recordLifeMs, type WindowRules } from './window.js';

/** While the store is away each process takes no more than this part of the allowance: others have calls to make too. */
const SHARE_ALONE = 1 / 4;

export interface WindowKeeperOptions {
  readonly store: StateStore;
  readonly key: string;
  readonly rules: WindowRules;
  readonly clock: Clock;
  /** Shared by the counters of one store: an outage takes all of them with it. */
  readonly outage: Outage;
  /** Called when the store cannot be reached, once for each outage. */
  readonly onOutage: (cause: unknown) => void;
}

/** Whether the store is away, and somebody was told. */
export interface Outage {
  isTold: boolean;
}

/** @param returned whether the record has missed what was done while the store was away */
export type WindowUpdate<T> = (
  record: unknown,
  time: StoreTime,
  rules: WindowRules,
  returned: boolean,
) => Update<T>;

/** Holds the record of one counter. */
export interface WindowKeeper {
  /** Rejects with what `update` throws and with nothing else. */
  update<T>(update: WindowUpdate<T>): Promise<T>;
  /** The same for an update that changes nothing. */
  look<T>(update: WindowUpdate<T>): Promise<T>;
}

/**
 * Keeps a counter's record in the shared store and, while that cannot be reached, in memory with a share of the
 * allowance. Each update asks the store again, so the shared record is back as soon as the store is.
 */
export function createWindowKeeper({
  store,
  key,
  rules,
  clock,
  outage,
  onOutage,
}: WindowKeeperOptions): WindowKeeper {
  const aloneRules = { ...rules, share: SHARE_ALONE };
  let alone: StateStore | undefined;

  async function exchange<T>(update: WindowUpdate<T>, isLook: boolean): Promise<T> {
    const returned = alone !== undefined;
    let thrown: { readonly error: unknown } | undefined;
    try {
      const result = await store.update(
        key,
        (record, time) => {
          try {
            return update(record, time, rules, returned);
          } catch (error) {
            thrown = { error };
            throw error;
          }
        },
        { expiresInMs: recordLifeMs(rules) },
      );
      // A look tells the record nothing, so the next update still has to say that it missed something.
      if (!isLook) alone = undefined;
      outage.isTold = false;
      return result;
    } catch (cause) {
      if (thrown) throw thrown.error;
      if (alone === undefined) {
        alone = createMemoryStore({ clock });
        if (!outage.isTold) onOutage(cause);
        outage.isTold = true;
      }
      return alone.update(key, (record, time) => update(record, time, aloneRules, false));
    }
  }

  return {
    update: (update) => exchange(update, false),
    look: (update) => exchange(update, true),
  };
}
