import type { Clock } from '@wemasy-orders/state';
import { RateLimitDeadlineError } from './errors.js';
import type { Place, WaitingCall } from './queue.js';
import type { AcquireOptions, Permit, RateLimitPolicy } from './types.js';

/** A call of this process that waits for a permit. Times are on the monotonic clock. */
export interface Waiter extends Omit<WaitingCall, 'waitedMs'> {
  readonly rule: RateLimitPolicy;
  /** Whether the request has no other policy. */
  readonly isOnly: boolean;
  readonly cost: number;
  readonly since: number;
  readonly deadline: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
  readonly forgetSignal: () => void;
  onWait: AcquireOptions['onWait'];
  /** When a permit is expected. */
  expectedAt: number;
  /** A waiter that has not reached the store yet has no deadline: only the store knows whether there is a permit now. */
  place?: Place;
}

/** The calls of one process that wait for permits of one bucket. */
export interface Waiters {
  /** In the order in which they came; any of them may leave at any time. */
  readonly all: ReadonlySet<Waiter>;
  /** @param onAborted called when the signal, which is not aborted yet, has removed the call */
  add(
    rule: RateLimitPolicy,
    isOnly: boolean,
    options: AcquireOptions,
    onAborted: () => void,
  ): Promise<Permit>;
  /** Returns false if the waiter has left. */
  grant(waiter: Waiter, permit: Permit): boolean;
  /** Gives a waiter its place and the time that it still has to wait. Returns false if it has left or leaves now. */
  postpone(waiter: Waiter, place: Place, expectedWaitMs: number): boolean;
  nextDeadline(): number;
  refuseOverdue(): void;
  reject(waiter: Waiter, reason: unknown): void;
}

export function createWaiters(clock: Clock): Waiters {
  const all = new Set<Waiter>();

  function remove(waiter: Waiter): boolean {
    waiter.forgetSignal();
    return all.delete(waiter);
  }

  function reject(waiter: Waiter, reason: unknown): void {
    if (remove(waiter)) waiter.reject(reason);
  }

  function refuse(waiter: Waiter, now: number): void {
    const retryAfterMs = Math.max(1, Math.ceil(waiter.expectedAt - now));
    reject(waiter, new RateLimitDeadlineError(waiter.policy, retryAfterMs));
  }

  function announce(waiter: Waiter, expectedWaitMs: number): void {
    const { onWait } = waiter;
    waiter.onWait = undefined;
    try {
      onWait?.({ expectedWaitMs });
    } catch (error) {
      reject(waiter, error);
    }
  }

  return {
    all,
    reject,
    add(rule, isOnly, options, onAborted) {
      const { signal, maxWaitMs = Infinity, priority = 'interactive', cost = 1, onWait } = options;
      return new Promise((resolve, rejectCall) => {
        const since = clock.monotonic();
        const waiter: Waiter = {
          rule,
          policy: rule.name,
          isOnly,
          priority,
          cost,
          since,
          deadline: since + maxWaitMs,
          resolve,
          reject: rejectCall,
          forgetSignal: onAbort(signal, () => {
            reject(waiter, signal?.reason);
            onAborted();
          }),
          onWait,
          expectedAt: since,
        };
        all.add(waiter);
      });
    },
    grant(waiter, permit) {
      if (!remove(waiter)) return false;
      waiter.resolve(permit);
      return true;
    },
    postpone(waiter, place, expectedWaitMs) {
      const now = clock.monotonic();
      waiter.place = place;
      waiter.expectedAt = now + expectedWaitMs;
      if (!all.has(waiter)) return false;
      if (waiter.expectedAt > waiter.deadline || now >= waiter.deadline) refuse(waiter, now);
      else announce(waiter, Math.max(1, expectedWaitMs));
      return all.has(waiter);
    },
    nextDeadline() {
      let next = Infinity;
      for (const { deadline, place } of all) if (place) next = Math.min(next, deadline);
      return next;
    },
    refuseOverdue() {
      const now = clock.monotonic();
      for (const waiter of all) if (waiter.place && waiter.deadline <= now) refuse(waiter, now);
    },
  };
}

const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `fn` when the signal aborts, or at once if it already has. Returns a function that unsubscribes.
 *
 * All subscribers of a signal share one listener, because Node warns of a leak at the eleventh. `AbortSignal.any`
 * would leave a reference on the signal for every call.
 */
export function onAbort(signal: AbortSignal | undefined, fn: () => void): () => void {
  if (signal?.aborted) fn();
  if (signal === undefined || signal.aborted) return () => undefined;
  const fns = listening.get(signal) ?? listenTo(signal);
  fns.add(fn);
  return () => {
    fns.delete(fn);
    if (fns.size > 0 || listening.get(signal) !== fns) return;
    listening.delete(signal);
    signal.removeEventListener('abort', callAll);
  };
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const fns = new Set<() => void>();
  listening.set(signal, fns);
  signal.addEventListener('abort', callAll);
  return fns;
}

function callAll(this: AbortSignal): void {
  for (const fn of listening.get(this) ?? []) fn();
}
