import type { Clock, StateStore, StoreTime, Update } from '@wemasy-orders/state';
import { onAbort } from './abort-listeners.js';
import { RateLimitDeadlineError } from './deadline-error.js';
import { parseRateLimitHeaders } from './headers.js';
import { inspectWindow } from './inspect.js';
import { RateLimiterClosedError } from './limiter-closed-error.js';
import type {
  AcquireOptions,
  Permit,
  PermitOutcome,
  RateLimitPolicy,
  RateLimitSnapshot,
  RateLimitWarning,
} from './rate-limiter.js';
import { witness, type StoreSighting } from './store-sighting.js';
import { timingOf } from './timing.js';
import type { Place, Turn, WaitingCall } from './turns.js';
import {
  reduceWindow,
  type Finding,
  type PermitStamp,
  type WindowEvent,
  type WindowRules,
} from './window.js';
import { createWindowKeeper, type Outage } from './window-keeper.js';
import { parseWindowState, type Priority } from './window-state.js';

/** The calls of one process that count on one counter of the server. */
export interface Bucket {
  acquire(policy: string, options: AcquireOptions): Promise<Permit>;
  snapshot(policy: string): Promise<RateLimitSnapshot>;
  close(): Promise<void>;
}

export interface BucketOptions {
  readonly name: string;
  /** Finds the key of the bucket's record. */
  readonly findKey: () => Promise<string>;
  readonly policies: readonly RateLimitPolicy[];
  readonly store: StateStore;
  readonly clock: Clock;
  /** Names this limiter among all that share the store. */
  readonly id: string;
  /** Shared by all buckets of the store. */
  readonly outage: Outage;
  readonly warn: (warning: RateLimitWarning) => void;
}

interface Waiter {
  readonly policy: string;
  readonly priority: Priority;
  readonly since: number;
  /** On the monotonic clock. */
  readonly deadline: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
  readonly forgetSignal?: () => void;
  onWait: AcquireOptions['onWait'];
  /** When a permit is expected, on the monotonic clock. */
  expected: number;
  /** Absent until the store has answered for the first time. */
  place?: Place;
}

interface Report {
  readonly event: WindowEvent;
  readonly written: () => void;
}

export function createBucket(options: BucketOptions): Bucket {
  const { name, findKey, policies, store, clock, id, outage, warn } = options;
  const windowMs = Math.max(...policies.map((policy) => policy.windowMs));
  const rules: WindowRules = {
    windowMs,
    limits: Object.fromEntries(policies.map(({ name: policy, limit }) => [policy, limit])),
  };
  const { permitLifeMs } = timingOf(windowMs);
  const keeper = createWindowKeeper({
    store,
    findKey,
    rules,
    clock,
    outage,
    onOutage: (cause) => {
      const message = 'The shared state cannot be reached; until it can, a share of the allowance is used.';
      warn({ code: 'store-failed', bucket: name, message, cause });
    },
  });

  /** First in, first out; a set, since anybody may leave at any time. */
  const queue = new Set<Waiter>();
  let reports: Report[] = [];
  /** One update at a time: what happens meanwhile goes into the next. */
  let running: Promise<void> | undefined;
  let isStale = false;
  let sighting: StoreSighting | undefined;
  let lookAt = Infinity;
  let cancelTimer: (() => void) | undefined;
  let closed = false;

  function wake(): Promise<void> {
    isStale = true;
    running ??= run();
    return running;
  }

  async function run(): Promise<void> {
    try {
      // Everything that happens in one turn of the event loop is written at once.
      await Promise.resolve();
      while (isStale) {
        isStale = false;
        await exchange();
      }
    } finally {
      running = undefined;
      setTimer();
    }
  }

  /** Tells the store what happened here and asks for permits for everybody who waits. */
  async function exchange(): Promise<void> {
    const told = reports;
    reports = [];
    const asked = [...queue];
    const start = { monotonic: clock.monotonic(), wall: clock.now() };
    const calls = asked.map(({ policy, priority, since, place }): WaitingCall => {
      return { policy, priority, waitedMs: start.monotonic - since, place };
    });
    lookAt = Infinity;
    setTimer();
    let exchanged: Exchanged;
    try {
      exchanged = await keeper.update((record, time, current, meanwhile) =>
        apply(record, time, current, [
          ...(meanwhile ? [{ kind: 'returned', meanwhile } as const] : []),
          ...told.map(({ event }) => event),
          { kind: 'ask', by: id, calls },
        ]),
      );
    } finally {
      for (const { written } of told) written();
    }
    const { time } = exchanged;
    // The memory that stands in for a store has a monotonic clock.
    if (time.monotonicMs === undefined) sighting = { wallMs: time.wallMs, ownMs: start.monotonic };
    if (exchanged.turn) handOut(asked, exchanged.turn, start);
    for (const finding of exchanged.findings) warn(describe(finding));
  }

  interface Exchanged {
    readonly time: StoreTime;
    readonly findings: readonly Finding[];
    readonly turn: Turn | undefined;
  }

  function apply(
    record: unknown,
    time: StoreTime,
    current: WindowRules,
    events: readonly WindowEvent[],
  ): Update<Exchanged> {
    const witnessed = witness(sighting, time, clock.monotonic());
    let state = parseWindowState(record);
    let turn: Turn | undefined;
    const findings: Finding[] = [];
    for (const event of events) {
      const { state: next, decision } = reduceWindow(state, event, witnessed, current);
      state = next;
      turn = decision.turn ?? turn;
      findings.push(...decision.findings);
    }
    return { record: state, result: { time, findings, turn } };
  }

  function handOut(asked: readonly Waiter[], turn: Turn, start: Start): void {
    const now = clock.monotonic();
    let gone = 0;
    for (const [at, waiter] of asked.entries()) {
      const answer = turn.answers[at];
      if (!answer) continue;
      if (answer.permit) {
        const permit = createPermit(answer.permit, now - waiter.since, start);
        if (queue.has(waiter)) leave(waiter, () => waiter.resolve(permit));
        else void permit.release();
        continue;
      }
      const expectedWaitMs = turn.expectedWaitMs(waiter, Math.max(0, answer.ahead - gone));
      waiter.expected = now + expectedWaitMs;
      waiter.place = answer.place;
      if (!queue.has(waiter)) gone += 1;
      else if (waiter.expected > waiter.deadline || now >= waiter.deadline) {
        gone += 1;
        refuse(waiter, now);
      } else announceWait(waiter, Math.max(1, expectedWaitMs));
    }
    if (turn.recheckMs !== undefined) lookAt = now + turn.recheckMs;
    // Those behind somebody who left are nearer now.
    if (gone > 0) isStale = true;
  }

  function announceWait(waiter: Waiter, expectedWaitMs: number): void {
    const { onWait } = waiter;
    waiter.onWait = undefined;
    try {
      onWait?.({ expectedWaitMs });
    } catch (error) {
      leave(waiter, () => waiter.reject(error));
    }
  }

  function refuse(waiter: Waiter, now: number): void {
    const retryAfterMs = Math.max(1, Math.ceil(waiter.expected - now));
    leave(waiter, () => waiter.reject(new RateLimitDeadlineError(waiter.policy, retryAfterMs)));
  }

  function leave(waiter: Waiter, settle: () => void): void {
    if (!queue.delete(waiter)) return;
    waiter.forgetSignal?.();
    settle();
  }

  /**
   * One timer for everybody; it keeps the process alive because somebody waits for it. Who has no place yet has no
   * deadline either: whether there is a permit now is known when the store has answered, however far away it is.
   */
  function setTimer(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (queue.size === 0) return;
    let at = lookAt;
    for (const { deadline, place } of queue) if (place) at = Math.min(at, deadline);
    if (at === Infinity) return;
    const delayMs = Math.max(0, Math.ceil(at - clock.monotonic()));
    cancelTimer = clock.setTimer(onTimer, delayMs, { keepAlive: true });
  }

  function onTimer(): void {
    if (running) {
      // The store is slow; a deadline does not wait for it.
      const now = clock.monotonic();
      for (const waiter of queue) if (waiter.place && waiter.deadline <= now) refuse(waiter, now);
      setTimer();
    } else void wake();
  }

  function send(event: WindowEvent): Promise<void> {
    return new Promise((resolve) => {
      reports.push({ event, written: resolve });
      void wake();
    });
  }

  interface Start {
    readonly monotonic: number;
    readonly wall: number;
  }

  function createPermit(stamp: PermitStamp, waitedMs: number, start: Start): Permit {
    let settled: Promise<void> | undefined;
    return {
      policy: stamp.policy,
      waitedMs,
      isValid() {
        // The longer of both: the wall clock may have been set, the other one stands still in sleep.
        const age = Math.max(clock.monotonic() - start.monotonic, clock.now() - start.wall);
        return settled === undefined && age < permitLifeMs;
      },
      report(outcome) {
        return (settled ??= send(eventOf(stamp, outcome, clock.now())));
      },
      release() {
        return (settled ??= send({ kind: 'release', permit: stamp }));
      },
    };
  }

  function describe(finding: Finding): RateLimitWarning {
    const told = { bucket: name, code: finding.kind };
    switch (finding.kind) {
      case 'rejected':
        return { ...told, message: `${finding.policy}: refused with 429, pausing ${finding.pausedMs} ms` };
      case 'foreign-use':
        return { ...told, message: `${finding.policy}: the account made ${finding.calls} calls elsewhere` };
      case 'limit-changed':
        return { ...told, message: `${finding.policy}: the limit is ${finding.to}, not ${finding.from}` };
    }
  }

  function acquire(
    policy: string,
    { signal, maxWaitMs = Infinity, priority = 'interactive', onWait }: AcquireOptions,
  ): Promise<Permit> {
    return new Promise((resolve, reject) => {
      if (closed) throw new RateLimiterClosedError();
      signal?.throwIfAborted();
      const since = clock.monotonic();
      const waiter: Waiter = {
        policy,
        priority,
        since,
        deadline: since + maxWaitMs,
        expected: since,
        onWait,
        resolve,
        reject,
        ...(signal && {
          forgetSignal: onAbort(signal, () => {
            leave(waiter, () => reject(signal.reason));
            void wake();
          }),
        }),
      };
      queue.add(waiter);
      void wake();
    });
  }

  return {
    acquire,
    snapshot(policy) {
      return keeper.look((record, time, current) => ({
        record: typeof record === 'object' && record !== null ? record : undefined,
        result: inspectWindow(
          parseWindowState(record),
          policy,
          witness(sighting, time, clock.monotonic()),
          current,
        ),
      }));
    },
    async close() {
      closed = true;
      const hasNews = queue.size > 0 || reports.length > 0;
      for (const waiter of queue) leave(waiter, () => waiter.reject(new RateLimiterClosedError()));
      // A limiter that nobody used has never asked its store for anything, which may be away.
      await (hasNews ? wake() : running);
    },
  };
}

function eventOf(permit: PermitStamp, outcome: PermitOutcome, nowMs: number): WindowEvent {
  if (outcome.kind === 'lost') return { kind: 'lost', permit };
  const facts = parseRateLimitHeaders(outcome.headers, nowMs);
  return { kind: 'answer', permit, status: outcome.status, facts };
}
