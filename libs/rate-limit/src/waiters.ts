import type { Clock } from '@wemasy-orders/state';
import { onAbort } from './abort-listeners.js';
import { RateLimitDeadlineError } from './errors.js';
import type { Place } from './queue.js';
import type { AcquireOptions, Permit, RateLimitPolicy } from './types.js';
import type { Priority } from './window-state.js';

/** A call of this process that waits for a permit. Times are on the monotonic clock. */
export interface Waiter {
  readonly policy: RateLimitPolicy;
  /** Whether the request has no other policy. */
  readonly isOnly: boolean;
  readonly priority: Priority;
  readonly cost: number;
  readonly since: number;
  readonly deadline: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
  readonly forgetSignal: () => void;
  onWait: AcquireOptions['onWait'];
  /** When a permit is expected. */
  expectedAt: number;
  /**
   * Its place in the queue of all processes. A waiter that has not reached the store yet has no place and no deadline:
   * only the store knows whether there is a permit now.
   */
  place?: Place;
}

/** The calls of one process that wait for permits of one bucket, in the order in which they came. */
export class Waiters {
  readonly #clock: Clock;
  /** A set, because any of them may leave at any time. */
  readonly #waiting = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#waiting.size;
  }

  list(): Waiter[] {
    return [...this.#waiting];
  }

  /** @param onAborted called when the signal, which is not aborted yet, has removed the call */
  add(
    policy: RateLimitPolicy,
    isOnly: boolean,
    options: AcquireOptions,
    onAborted: () => void,
  ): Promise<Permit> {
    const { signal, maxWaitMs = Infinity, priority = 'interactive', cost = 1, onWait } = options;
    return new Promise((resolve, reject) => {
      const since = this.#clock.monotonic();
      const forgetSignal = onAbort(signal, () => {
        this.#reject(waiter, signal?.reason);
        onAborted();
      });
      const deadline = since + maxWaitMs;
      const waiter: Waiter = {
        policy,
        isOnly,
        priority,
        cost,
        since,
        deadline,
        resolve,
        reject,
        forgetSignal,
        onWait,
        expectedAt: since,
      };
      this.#waiting.add(waiter);
    });
  }

  /** Returns false if the waiter has left. */
  grant(waiter: Waiter, permit: Permit): boolean {
    if (!this.#remove(waiter)) return false;
    waiter.resolve(permit);
    return true;
  }

  /** Gives a waiter its place and the time that it still has to wait. Returns false if it has left or leaves now. */
  postpone(waiter: Waiter, place: Place, expectedWaitMs: number): boolean {
    const now = this.#clock.monotonic();
    waiter.place = place;
    waiter.expectedAt = now + expectedWaitMs;
    if (!this.#waiting.has(waiter)) return false;
    if (waiter.expectedAt > waiter.deadline || now >= waiter.deadline) this.#refuse(waiter, now);
    else this.#announce(waiter, Math.max(1, expectedWaitMs));
    return this.#waiting.has(waiter);
  }

  nextDeadline(): number {
    let next = Infinity;
    for (const { deadline, place } of this.#waiting) if (place) next = Math.min(next, deadline);
    return next;
  }

  refuseOverdue(): void {
    const now = this.#clock.monotonic();
    for (const waiter of this.#waiting) {
      if (waiter.place && waiter.deadline <= now) this.#refuse(waiter, now);
    }
  }

  rejectAll(reason: unknown): void {
    for (const waiter of this.#waiting) this.#reject(waiter, reason);
  }

  #announce(waiter: Waiter, expectedWaitMs: number): void {
    const { onWait } = waiter;
    waiter.onWait = undefined;
    try {
      onWait?.({ expectedWaitMs });
    } catch (error) {
      this.#reject(waiter, error);
    }
  }

  #refuse(waiter: Waiter, now: number): void {
    const retryAfterMs = Math.max(1, Math.ceil(waiter.expectedAt - now));
    this.#reject(waiter, new RateLimitDeadlineError(waiter.policy.name, retryAfterMs));
  }

  #reject(waiter: Waiter, reason: unknown): void {
    if (this.#remove(waiter)) waiter.reject(reason);
  }

  #remove(waiter: Waiter): boolean {
    waiter.forgetSignal();
    return this.#waiting.delete(waiter);
  }
}
