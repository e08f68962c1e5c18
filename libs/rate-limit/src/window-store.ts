import type { Clock, StateStore } from '@wemasy-orders/state';
import { compact, currentDraft, timingOf, type Draft, type WindowRules } from './counter.js';
import { fallbackState, mergeUsage, type FallbackUsage, type LastSeen } from './fallback.js';
import {
  advanceClock,
  advanceOwnClock,
  detectClockJump,
  parseWindowState,
  type ClockSample,
  type WindowState,
} from './window-state.js';
import { recordLifeMs } from './window.js';

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

/** Changes a draft of the record as it is now, and returns what its caller wants to know. */
export type WindowUpdate<T> = (draft: Draft, rules: WindowRules) => T;

/** The record of one counter. */
export interface WindowStore {
  /** Rejects only with what `update` throws. */
  update<T>(update: WindowUpdate<T>): Promise<T>;
  /** As `update`, but leaves the record as it is. */
  read<T>(read: WindowUpdate<T>): Promise<T>;
}

/**
 * Keeps a counter's record in the shared store. While the store is unreachable, the record is a local one with a share
 * of the allowance that was left.
 */
export function createWindowStore(options: WindowStoreOptions): WindowStore {
  const { store, findKey, rules, clock, outage, onOutage } = options;
  const fallbackRules = { ...rules, share: FALLBACK_SHARE };
  const timing = timingOf(rules.windowMs);
  let key: string | undefined;
  let lastSeen: LastSeen | undefined;
  let lastSample: ClockSample | undefined;
  /** Present while the store is unreachable. */
  let fallback: { state: WindowState | undefined } | undefined;
  /** On the monotonic clock. */
  let retryAt = -Infinity;

  async function exchange<T>(update: WindowUpdate<T>, isRead: boolean): Promise<T> {
    const startedAt = clock.monotonic();
    if (fallback && startedAt < retryAt) return updateFallback(fallback, update, isRead);
    let thrown: { readonly error: unknown } | undefined;
    let seen: WindowState | undefined;
    let sample: ClockSample | undefined;
    try {
      key ??= await findKey();
      const result = await store.update(
        key,
        (record, time) => {
          try {
            sample = { storeWallMs: time.wallMs, ownMs: startedAt };
            const state = parseWindowState(record);
            const checked = detectClockJump(lastSample, time, clock.monotonic());
            const draft = currentDraft(state, advanceClock(state?.clock, checked), timing);
            const usage = usageSince(startedAt);
            if (usage) mergeUsage(draft, usage);
            const updated = update(draft, rules);
            compact(draft);
            seen = isRead ? state : draft;
            const unchanged = isRead && typeof record === 'object' && record !== null;
            return { record: unchanged ? record : seen, result: updated };
          } catch (error) {
            thrown = { error };
            throw error;
          }
        },
        { expiresInMs: recordLifeMs(rules) },
      );
      lastSeen = seen && { state: seen, monotonicMs: clock.monotonic() };
      outage.isReported = false;
      // A read adds nothing to the record, so the next update still has to merge the usage and to see a jump of the clock.
      if (isRead) return result;
      lastSample = sample;
      fallback = undefined;
      return result;
    } catch (cause) {
      if (thrown) throw thrown.error;
      const now = { wallMs: clock.now(), monotonicMs: clock.monotonic(), bootId: 'process' };
      const failedAfterMs = now.monotonicMs - startedAt;
      retryAt =
        now.monotonicMs +
        Math.min(LONGEST_RETRY_MS, Math.max(SHORTEST_RETRY_MS, RETRY_FACTOR * failedAfterMs));
      fallback ??= { state: lastSeen && fallbackState(lastSeen, now, rules) };
      if (!outage.isReported) onOutage(cause);
      outage.isReported = true;
      return updateFallback(fallback, update, isRead);
    }
  }

  function updateFallback<T>(
    record: { state: WindowState | undefined },
    update: WindowUpdate<T>,
    isRead: boolean,
  ): T {
    const draft = currentDraft(record.state, advanceOwnClock(record.state?.clock, clock), timing);
    const result = update(draft, fallbackRules);
    if (!isRead) record.state = draft;
    return result;
  }

  function usageSince(startedAt: number): FallbackUsage | undefined {
    if (!fallback) return undefined;
    const own = advanceOwnClock(fallback.state?.clock, clock);
    const { clock: ran, hits, inFlight } = currentDraft(fallback.state, own, timing);
    // The store read its clock at some time since `startedAt`; either end is safe for one of the two scales.
    const minElapsed = ran.minElapsed - (clock.monotonic() - startedAt);
    return { clock: { minElapsed, maxElapsed: ran.maxElapsed }, hits, inFlight };
  }

  return {
    update: (update) => exchange(update, false),
    read: (read) => exchange(read, true),
  };
}
