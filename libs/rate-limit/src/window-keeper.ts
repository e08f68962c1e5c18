import type { Clock, StateStore, StoreTime, Update } from '@wemasy-orders/state';
import { standInFor, type Meanwhile, type Sighting } from './stand-in.js';
import { timingOf } from './timing.js';
import { currentDraft, recordLifeMs, type WindowRules } from './window.js';
import { parseWindowState } from './window-state.js';

/** While the store is away each process takes no more than this part of the allowance: others have calls to make too. */
const SHARE_ALONE = 1 / 4;
/** A store that is away is asked again after ten times as long as it took to fail, so that nobody waits for it much. */
const PATIENCE = 10;
const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

export interface WindowKeeperOptions {
  readonly store: StateStore;
  /** Called until it succeeds; its failure is one of the store. */
  readonly findKey: () => Promise<string>;
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

/** @param meanwhile what was done while the store was away, and the record has missed */
export type WindowUpdate<T> = (
  record: unknown,
  time: StoreTime,
  rules: WindowRules,
  meanwhile: Meanwhile | undefined,
) => Update<T>;

/** Holds the record of one counter. */
export interface WindowKeeper {
  /** Rejects with what `update` throws and with nothing else. */
  update<T>(update: WindowUpdate<T>): Promise<T>;
  /** The same for an update that changes nothing. */
  look<T>(update: WindowUpdate<T>): Promise<T>;
}

/**
 * Keeps a counter's record in the shared store and, while that cannot be reached, in this process with a share of the
 * allowance that was left. The store is asked again every now and then.
 */
export function createWindowKeeper({
  store,
  findKey,
  rules,
  clock,
  outage,
  onOutage,
}: WindowKeeperOptions): WindowKeeper {
  const aloneRules = { ...rules, share: SHARE_ALONE };
  let key: string | undefined;
  let sighting: Sighting | undefined;
  /** While the store is away. */
  let standIn: { readonly record: object | undefined } | undefined;
  /** On the monotonic clock. */
  let askAgainAt = -Infinity;

  function readTime(): StoreTime {
    return { wallMs: clock.now(), monotonicMs: clock.monotonic(), bootId: 'process' };
  }

  async function exchange<T>(update: WindowUpdate<T>, isLook: boolean): Promise<T> {
    const startedAt = clock.monotonic();
    if (standIn && startedAt < askAgainAt) return alone(standIn.record, update);
    const meanwhile =
      standIn && currentDraft(parseWindowState(standIn.record), readTime(), timingOf(rules.windowMs));
    let thrown: { readonly error: unknown } | undefined;
    let seen: unknown;
    try {
      key ??= await findKey();
      const result = await store.update(
        key,
        (record, time) => {
          try {
            const updated = update(record, time, rules, meanwhile);
            seen = updated.record;
            return updated;
          } catch (error) {
            thrown = { error };
            throw error;
          }
        },
        { expiresInMs: recordLifeMs(rules) },
      );
      const state = parseWindowState(seen);
      sighting = state && { state, by: clock.monotonic() };
      // A look tells the record nothing, so the next update still has to say what it missed.
      if (!isLook) standIn = undefined;
      outage.isTold = false;
      return result;
    } catch (cause) {
      if (thrown) throw thrown.error;
      const now = clock.monotonic();
      askAgainAt =
        now + Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, PATIENCE * (now - startedAt)));
      standIn ??= { record: sighting && standInFor(sighting, readTime(), now, rules) };
      if (!outage.isTold) onOutage(cause);
      outage.isTold = true;
      return alone(standIn.record, update);
    }
  }

  function alone<T>(record: object | undefined, update: WindowUpdate<T>): T {
    const updated = update(record, readTime(), aloneRules, undefined);
    standIn = { record: updated.record };
    return updated.result;
  }

  return {
    update: (update) => exchange(update, false),
    look: (update) => exchange(update, true),
  };
}
