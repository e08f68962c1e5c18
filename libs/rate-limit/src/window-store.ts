import type { Clock, StateStore, StoreTime } from '@wemasy-orders/state';
import { currentDraft, type WindowRules } from './counter.js';
import { fallbackState, type FallbackUsage, type LastSeen } from './fallback.js';
import { timingOf } from './time.js';
import { recordLifeMs } from './window.js';
import { parseWindowState, type WindowState } from './window-state.js';

/** Each process uses at most this part of the allowance while the store is unreachable, because others need some too. */
const FALLBACK_SHARE = 1 / 4;
/** An unreachable store is retried after this many times the time it took to fail, so callers rarely wait for it. */
const RETRY_FACTOR = 10;
const SHORTEST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

export interface WindowStoreOptions {
  readonly store: StateStore;
  /** Called until it succeeds; its failure counts as one of the store. */
  readonly findKey: () => Promise<string>;
  readonly rules: WindowRules;
  readonly clock: Clock;
  /** Shared by all counters of one store, which an outage hits together. */
  readonly outage: Outage;
  /** Called once for each outage. */
  readonly onOutage: (cause: unknown) => void;
}

export interface Outage {
  isReported: boolean;
}

/** @param usage what this process did during an outage, if the record does not know it yet */
export type WindowUpdate<T> = (
  state: WindowState | undefined,
  time: StoreTime,
  rules: WindowRules,
  usage: FallbackUsage | undefined,
) => { readonly state: WindowState | undefined; readonly result: T };

/** The record of one counter. */
export interface WindowStore {
  /** Rejects only with what `update` throws. */
  update<T>(update: WindowUpdate<T>): Promise<T>;
  read<T>(read: (state: WindowState | undefined, time: StoreTime, rules: WindowRules) => T): Promise<T>;
}

/**
 * Keeps a counter's record in the shared store. While the store is unreachable, the record is a local one with a share
 * of the allowance that was left.
 */
export function createWindowStore(options: WindowStoreOptions): WindowStore {
  const { store, findKey, rules, clock, outage, onOutage } = options;
  const fallbackRules = { ...rules, share: FALLBACK_SHARE };
  let key: string | undefined;
  let lastSeen: LastSeen | undefined;
  /** Present while the store is unreachable. */
  let fallback: { state: WindowState | undefined } | undefined;
  /** On the monotonic clock. */
  let retryAt = -Infinity;

  async function exchange<T>(update: WindowUpdate<T>, isRead: boolean): Promise<T> {
    const startedAt = clock.monotonic();
    if (fallback && startedAt < retryAt) return updateFallback(fallback, update);
    let thrown: { readonly error: unknown } | undefined;
    let seen: WindowState | undefined;
    try {
      key ??= await findKey();
      const result = await store.update(
        key,
        (record, time) => {
          try {
            const updated = update(parseWindowState(record), time, rules, usageSince(startedAt));
            seen = updated.state;
            const unchanged = isRead && typeof record === 'object' && record !== null;
            return { record: unchanged ? record : seen, result: updated.result };
          } catch (error) {
            thrown = { error };
            throw error;
          }
        },
        { expiresInMs: recordLifeMs(rules) },
      );
      lastSeen = seen && { state: seen, monotonicMs: clock.monotonic() };
      // A read adds nothing to the record, so the next update still has to merge the usage.
      if (!isRead) fallback = undefined;
      outage.isReported = false;
      return result;
    } catch (cause) {
      if (thrown) throw thrown.error;
      const now = readTime();
      const failedAfterMs = now.monotonicMs - startedAt;
      retryAt =
        now.monotonicMs +
        Math.min(LONGEST_RETRY_MS, Math.max(SHORTEST_RETRY_MS, RETRY_FACTOR * failedAfterMs));
      fallback ??= { state: lastSeen && fallbackState(lastSeen, now, rules) };
      if (!outage.isReported) onOutage(cause);
      outage.isReported = true;
      return updateFallback(fallback, update);
    }
  }

  function updateFallback<T>(record: { state: WindowState | undefined }, update: WindowUpdate<T>): T {
    const { state, result } = update(record.state, readTime(), fallbackRules, undefined);
    record.state = state;
    return result;
  }

  function usageSince(startedAt: number): FallbackUsage | undefined {
    if (!fallback) return undefined;
    const now = readTime();
    const { clock: ran, hits, inFlight } = currentDraft(fallback.state, now, timingOf(rules.windowMs));
    // The store read its clock at some time since `startedAt`; either end is safe for one of the two scales.
    const minElapsed = ran.minElapsed - (now.monotonicMs - startedAt);
    return { clock: { minElapsed, maxElapsed: ran.maxElapsed }, hits, inFlight };
  }

  function readTime(): StoreTime & { readonly monotonicMs: number } {
    return { wallMs: clock.now(), monotonicMs: clock.monotonic(), bootId: 'process' };
  }

  return {
    update: (update) => exchange(update, false),
    read: (read) => exchange((state, time, current) => ({ state, result: read(state, time, current) }), true),
  };
}
