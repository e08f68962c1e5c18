import type { Clock, StoreTime } from '@wemasy-orders/state';
import type { PermitStamp, WindowRules } from './counter.js';
import { RateLimiterClosedError } from './errors.js';
import { parsePolicyHeaders } from './headers.js';
import type { Grants, WaitingCall } from './queue.js';
import { snapshotOf } from './snapshot.js';
import { detectClockJump, timingOf, type CheckedTime, type ClockSample } from './time.js';
import type {
  AcquireOptions,
  Permit,
  PermitOutcome,
  RateLimitPolicy,
  RateLimitSnapshot,
  RateLimitWarning,
} from './types.js';
import { Waiters, type Waiter } from './waiters.js';
import type { WindowStore } from './window-store.js';
import type { WindowState } from './window-state.js';
import { reduceWindow, type WindowEvent, type WindowWarning } from './window.js';

export interface BucketOptions {
  readonly name: string;
  /** Length of the server's window. */
  readonly windowMs: number;
  /** The bucket's record. */
  readonly window: WindowStore;
  readonly clock: Clock;
  /** Identifies this limiter among all that share the record. */
  readonly id: string;
  readonly warn: (warning: RateLimitWarning) => void;
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
export class Bucket {
  readonly #options: BucketOptions;
  readonly #permitLifeMs: number;
  readonly #waiters: Waiters;
  readonly #loop = new UpdateLoop(
    () => this.#update(),
    () => this.#setTimer(),
  );
  #pending: PendingEvent[] = [];
  #lastSample: ClockSample | undefined;
  /** When to look at the record again, on the monotonic clock. */
  #lookAt = Infinity;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#permitLifeMs = timingOf(options.windowMs).permitLifeMs;
    this.#waiters = new Waiters(options.clock);
  }

  /** @param isOnly whether the request has no other policy */
  async acquire(policy: RateLimitPolicy, options: AcquireOptions, isOnly: boolean): Promise<Permit> {
    if (this.#isClosed) throw new RateLimiterClosedError();
    options.signal?.throwIfAborted();
    const update = (): void => void this.#loop.request();
    const permit = this.#waiters.add(policy, isOnly, options, update);
    update();
    return permit;
  }

  snapshot(policy: string): Promise<RateLimitSnapshot> {
    return this.#options.window.read((state, time, rules) =>
      snapshotOf(state, policy, this.#checked(time), rules),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const hasWork = this.#waiters.size > 0 || this.#pending.length > 0;
    if (this.#waiters.size > 0) this.#waiters.rejectAll(new RateLimiterClosedError());
    // An unused limiter has never asked its store for anything; the store may be unreachable.
    await (hasWork ? this.#loop.request() : this.#loop.running);
  }

  /** Writes what happened here, and requests permits for all waiting calls. */
  async #update(): Promise<void> {
    const { clock, id, name, warn, window } = this.#options;
    const pending = this.#pending;
    this.#pending = [];
    const waiters = this.#waiters.list();
    const start: Moment = { monotonic: clock.monotonic(), wall: clock.now() };
    const calls = waiters.map(({ policy, priority, cost, since, place }): WaitingCall => {
      return { policy: policy.name, priority, cost, waitedMs: start.monotonic - since, place };
    });
    const events: WindowEvent[] = [...pending.map(({ event }) => event), { kind: 'acquire', by: id, calls }];
    this.#lookAt = Infinity;
    this.#setTimer();
    try {
      const { time, grants, warnings } = await window.update((state, storeTime, rules, usage) =>
        reduceAll(
          state,
          usage ? [{ kind: 'recovered', usage }, ...events] : events,
          this.#checked(storeTime),
          rules,
        ),
      );
      // The fallback record runs on this process's own clock, which is monotonic.
      if (time.monotonicMs === undefined) {
        this.#lastSample = { storeWallMs: time.wallMs, ownMs: start.monotonic };
      }
      if (grants) this.#handOut(waiters, grants, start);
      for (const warning of warnings) warn({ bucket: name, ...describe(warning) });
    } finally {
      for (const { onWritten } of pending) onWritten();
    }
  }

  #handOut(waiters: readonly Waiter[], grants: Grants, start: Moment): void {
    const now = this.#options.clock.monotonic();
    let gone = 0;
    for (const [at, waiter] of waiters.entries()) {
      const grant = grants.calls[at];
      if (!grant) continue;
      if (grant.permit) {
        const permit = this.#createPermit(grant.permit, waiter, start);
        if (!this.#waiters.grant(waiter, permit)) void permit.release();
        continue;
      }
      const call = { ...waiter, policy: waiter.policy.name };
      const expectedWaitMs = grants.expectedWaitMs(call, Math.max(0, grant.ahead - gone));
      if (!this.#waiters.postpone(waiter, grant.place, expectedWaitMs)) gone += waiter.cost;
    }
    if (grants.recheckMs !== undefined) this.#lookAt = now + grants.recheckMs;
    // Calls behind those that left are nearer now.
    if (gone > 0) void this.#loop.request();
  }

  #createPermit(stamp: PermitStamp, { policy, isOnly, since }: Waiter, requestedAt: Moment): Permit {
    const { clock } = this.#options;
    const waitedMs = clock.monotonic() - since;
    let settled: Promise<void> | undefined;
    const eventOf = (outcome: PermitOutcome): WindowEvent => {
      if (outcome.kind === 'lost') return { kind: 'lost', permit: stamp };
      const { status, headers, refused = status === 429 } = outcome;
      const facts = parsePolicyHeaders(headers, clock.now(), policy, isOnly);
      return { kind: refused ? 'refusal' : 'answer', permit: stamp, status, facts };
    };
    return {
      policy: stamp.policy,
      waitedMs,
      isValid: () => {
        // The longer of both: the wall clock may have been set, and the monotonic clock may stop while the machine sleeps.
        const ageMs = Math.max(clock.monotonic() - requestedAt.monotonic, clock.now() - requestedAt.wall);
        return settled === undefined && ageMs < this.#permitLifeMs;
      },
      report: (outcome) => (settled ??= this.#write(eventOf(outcome))),
      release: () => (settled ??= this.#write({ kind: 'release', permit: stamp })),
    };
  }

  /** Resolves when the record has the event. */
  #write(event: WindowEvent): Promise<void> {
    return new Promise((onWritten) => {
      this.#pending.push({ event, onWritten });
      void this.#loop.request();
    });
  }

  /** One timer for all waiting calls. It keeps the process alive because they wait. */
  #setTimer(): void {
    const { clock } = this.#options;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#waiters.size === 0) return;
    const at = Math.min(this.#lookAt, this.#waiters.nextDeadline());
    if (at === Infinity) return;
    const delayMs = Math.max(0, Math.ceil(at - clock.monotonic()));
    this.#cancelTimer = clock.setTimer(() => this.#onTimer(), delayMs, { keepAlive: true });
  }

  #onTimer(): void {
    if (this.#loop.running) {
      // The store is slow; deadlines do not wait for it.
      this.#waiters.refuseOverdue();
      this.#setTimer();
    } else void this.#loop.request();
  }

  #checked(time: StoreTime): CheckedTime {
    return detectClockJump(this.#lastSample, time, this.#options.clock.monotonic());
  }
}

/** Runs updates one at a time. All requests made during an update share the next one. */
class UpdateLoop {
  readonly #update: () => Promise<void>;
  readonly #onIdle: () => void;
  #running: Promise<void> | undefined;
  #isRequested = false;

  constructor(update: () => Promise<void>, onIdle: () => void) {
    this.#update = update;
    this.#onIdle = onIdle;
  }

  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Resolves when an update that began after this call has ended. */
  request(): Promise<void> {
    this.#isRequested = true;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      // One update covers everything that happens in one turn of the event loop.
      await Promise.resolve();
      while (this.#isRequested) {
        this.#isRequested = false;
        await this.#update();
      }
    } finally {
      this.#running = undefined;
      this.#onIdle();
    }
  }
}

interface Reduced {
  readonly time: StoreTime;
  readonly grants: Grants | undefined;
  readonly warnings: readonly WindowWarning[];
}

function reduceAll(
  before: WindowState | undefined,
  events: readonly WindowEvent[],
  time: CheckedTime,
  rules: WindowRules,
): { state: WindowState | undefined; result: Reduced } {
  let state = before;
  let grants: Grants | undefined;
  const warnings: WindowWarning[] = [];
  for (const event of events) {
    const { state: next, decision } = reduceWindow(state, event, time, rules);
    state = next;
    grants = decision.grants ?? grants;
    warnings.push(...decision.warnings);
  }
  return { state, result: { time, grants, warnings } };
}

function describe(warning: WindowWarning): Pick<RateLimitWarning, 'code' | 'message'> {
  const { kind: code, policy } = warning;
  switch (warning.kind) {
    case 'rejected':
      return { code, message: `${policy}: refused with 429, pausing ${warning.pausedMs} ms` };
    case 'foreign-use':
      return { code, message: `${policy}: the account made ${warning.calls} calls elsewhere` };
    case 'limit-changed':
      return { code, message: `${policy}: the limit is ${warning.to}, not ${warning.from}` };
  }
}
