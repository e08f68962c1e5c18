import { type Clock, onAbort } from '@wemasy-orders/state';
import { timingOf, type Draft, type PermitStamp, type Timing, type WindowRules } from './counter.js';
import { RateLimitDeadlineError, RateLimiterClosedError } from './errors.js';
import type { RateLimitFacts, ResponseHeaders } from './headers.js';
import type { AcquireRequest, Grants, Place, WaitingCall } from './queue.js';
import { snapshotOf } from './snapshot.js';
import type { AcquireOptions, Permit, PermitOutcome, RateLimitPolicy, RateLimitSnapshot } from './types.js';
import type { WindowStore } from './window-store.js';
import { reduceWindow, type WindowEvent, type WindowWarning } from './window.js';

export interface BucketOptions {
  /** Length of the server's window. */
  readonly windowMs: number;
  /** The bucket's record. */
  readonly window: WindowStore;
  readonly clock: Clock;
  /** Identifies this limiter among all that share the record. */
  readonly id: string;
  readonly grant: (draft: Draft, request: AcquireRequest, timing: Timing, rules: WindowRules) => Grants;
  /** @param isOnly whether the request has no other policy */
  readonly readHeaders: (
    headers: ResponseHeaders,
    nowMs: number,
    policy: RateLimitPolicy,
    isOnly: boolean,
  ) => RateLimitFacts;
  readonly warn?: ((warning: WindowWarning) => void) | undefined;
}

interface PendingEvent {
  readonly event: WindowEvent;
  readonly onWritten: () => void;
}

/** Both clocks of this process, read before permits were requested. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/** The calls of one process that count on one counter of the server. */
export interface Bucket {
  /** @param isOnly whether the request has no other policy */
  acquire(policy: RateLimitPolicy, options: AcquireOptions, isOnly: boolean): Promise<Permit>;
  snapshot(policy: string): Promise<RateLimitSnapshot>;
  close(): Promise<void>;
}

export function createBucket(options: BucketOptions): Bucket {
  const { clock, grant, id, readHeaders, warn, window } = options;
  const timing = timingOf(options.windowMs);
  const waiters = createWaiters(clock);
  const loop = createUpdateLoop(update, setTimer);
  let pending: PendingEvent[] = [];
  /** When to look at the record again, on the monotonic clock. */
  let lookAt = Infinity;
  let cancelTimer: (() => void) | undefined;
  let isClosed = false;

  /** Writes what happened here, and requests permits for all waiting calls. */
  async function update(): Promise<void> {
    const written = pending;
    pending = [];
    const asking = [...waiters.all];
    const start: Moment = { monotonic: clock.monotonic(), wall: clock.now() };
    const calls = asking.map((waiter) => ({ ...waiter, waitedMs: start.monotonic - waiter.since }));
    lookAt = Infinity;
    setTimer();
    try {
      const { grants, warnings } = await window.update((draft, rules) => {
        const warnings = written.flatMap(({ event }) => reduceWindow(draft, event, timing, rules));
        return { warnings, grants: grant(draft, { by: id, calls }, timing, rules) };
      });
      handOut(asking, grants, start);
      if (warn) warnings.forEach(warn);
    } finally {
      for (const { onWritten } of written) onWritten();
    }
  }

  function handOut(asking: readonly Waiter[], grants: Grants, start: Moment): void {
    const now = clock.monotonic();
    let gone = 0;
    for (const [at, waiter] of asking.entries()) {
      const granted = grants.calls[at];
      if (!granted) continue;
      if (granted.permit) {
        const permit = createPermit(granted.permit, waiter, start);
        if (!waiters.grant(waiter, permit)) void permit.release();
        continue;
      }
      const expectedWaitMs = grants.expectedWaitMs(waiter, Math.max(0, granted.ahead - gone));
      if (!waiters.postpone(waiter, granted.place, expectedWaitMs)) gone += waiter.cost;
    }
    if (grants.recheckMs !== undefined) lookAt = now + grants.recheckMs;
    // Calls behind those that left are nearer now.
    if (gone > 0) void loop.request();
  }

  function createPermit(stamp: PermitStamp, { rule, isOnly, since }: Waiter, requestedAt: Moment): Permit {
    const waitedMs = clock.monotonic() - since;
    let settled: Promise<void> | undefined;
    const eventOf = (outcome: PermitOutcome): WindowEvent => {
      if (outcome.kind === 'lost') return { kind: 'lost', permit: stamp };
      const { status, headers, refused = status === 429 } = outcome;
      const facts = readHeaders(headers, clock.now(), rule, isOnly);
      return { kind: refused ? 'refusal' : 'answer', permit: stamp, status, facts };
    };
    return {
      policy: stamp.policy,
      waitedMs,
      isValid: () => {
        // The longer of both: the wall clock may have been set, and the monotonic clock may stop while the machine sleeps.
        const ageMs = Math.max(clock.monotonic() - requestedAt.monotonic, clock.now() - requestedAt.wall);
        return settled === undefined && ageMs < timing.permitLifeMs;
      },
      report: (outcome) => (settled ??= write(eventOf(outcome))),
      release: () => (settled ??= write({ kind: 'release', permit: stamp })),
    };
  }

  /** Resolves when the record has the event. */
  function write(event: WindowEvent): Promise<void> {
    return new Promise((onWritten) => {
      pending.push({ event, onWritten });
      void loop.request();
    });
  }

  /** One timer for all waiting calls. It keeps the process alive because they wait. */
  function setTimer(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (waiters.all.size === 0) return;
    const at = Math.min(lookAt, waiters.nextDeadline());
    if (at === Infinity) return;
    const delayMs = Math.max(0, Math.ceil(at - clock.monotonic()));
    cancelTimer = clock.setTimer(onTimer, delayMs, { keepAlive: true });
  }

  function onTimer(): void {
    if (loop.running()) {
      // The store is slow; deadlines do not wait for it.
      waiters.refuseOverdue();
      setTimer();
    } else void loop.request();
  }

  return {
    async acquire(policy, acquireOptions, isOnly) {
      const { signal, cost = 1 } = acquireOptions;
      if (!Number.isSafeInteger(cost) || cost < 1) throw new TypeError('cost must be a positive integer');
      if (isClosed) throw new RateLimiterClosedError();
      signal?.throwIfAborted();
      const permit = waiters.add(policy, isOnly, acquireOptions, () => void loop.request());
      void loop.request();
      return permit;
    },
    snapshot: (policy) =>
      window.read((draft, rules) => {
        const waiting = [...waiters.all].filter((waiter) => waiter.policy === policy).length;
        return snapshotOf(draft, policy, timing, rules, { id, waiting });
      }),
    async close() {
      isClosed = true;
      const hasWork = waiters.all.size > 0 || pending.length > 0;
      for (const waiter of waiters.all) waiters.reject(waiter, new RateLimiterClosedError());
      // An unused limiter has never asked its store for anything; the store may be unreachable.
      await (hasWork ? loop.request() : loop.running());
    },
  };
}

/** Runs updates one at a time. All requests made during an update share the next one. */
function createUpdateLoop(update: () => Promise<void>, onIdle: () => void) {
  let running: Promise<void> | undefined;
  let isRequested = false;

  async function run(): Promise<void> {
    try {
      // One update covers everything that happens in one turn of the event loop.
      await Promise.resolve();
      while (isRequested) {
        isRequested = false;
        await update();
      }
    } finally {
      running = undefined;
      onIdle();
    }
  }

  return {
    running: () => running,
    /** Resolves when an update that began after this call has ended. */
    request(): Promise<void> {
      isRequested = true;
      return (running ??= run());
    },
  };
}

/** A call of this process that waits for a permit. Times are on the monotonic clock. */
interface Waiter extends Omit<WaitingCall, 'waitedMs'> {
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
  /** A waiter that has not reached the record yet has no deadline: only the record shows whether there is a permit now. */
  isCounted: boolean;
  place?: Place | undefined;
}

/** The calls of one process that wait for permits of one bucket. */
interface Waiters {
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
  postpone(waiter: Waiter, place: Place | undefined, expectedWaitMs: number): boolean;
  nextDeadline(): number;
  refuseOverdue(): void;
  reject(waiter: Waiter, reason: unknown): void;
}

function createWaiters(clock: Clock): Waiters {
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
          isCounted: false,
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
      waiter.isCounted = true;
      waiter.place = place;
      waiter.expectedAt = now + expectedWaitMs;
      if (!all.has(waiter)) return false;
      if (waiter.expectedAt > waiter.deadline || now >= waiter.deadline) refuse(waiter, now);
      else announce(waiter, Math.max(1, expectedWaitMs));
      return all.has(waiter);
    },
    nextDeadline() {
      let next = Infinity;
      for (const { deadline, isCounted } of all) if (isCounted) next = Math.min(next, deadline);
      return next;
    },
    refuseOverdue() {
      const now = clock.monotonic();
      for (const waiter of all) if (waiter.isCounted && waiter.deadline <= now) refuse(waiter, now);
    },
  };
}
