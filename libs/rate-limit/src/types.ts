import type { Clock, StateStore } from '@wemasy-orders/state';
import type { ResponseHeaders } from './headers.js';
import type { Priority } from './window-state.js';

/**
 * When the server forgets a call. `fixed-window`: the first call opens a window, and all calls in it end together
 * (Laravel, GitHub). `sliding-window`: each call ends by itself; this is safe for every server that forgets a call
 * after a window at the latest (sliding log, leaky bucket, calendar windows).
 */
export type WindowKind = 'fixed-window' | 'sliding-window';

/** How many calls the server accepts in one window. */
export interface RateLimitPolicy {
  /** What `acquire` names; different from every other one's. */
  readonly name: string;
  /** Calls a window, a positive integer. */
  readonly limit: number;
  /** Length of the window in milliseconds, a positive integer. */
  readonly windowMs: number;
  /** Policies with the same bucket share a counter and must have the same window; default: the name. */
  readonly bucket?: string;
  /** When the server forgets a call; default `fixed-window`. The same for all policies of a bucket. */
  readonly kind?: WindowKind;
}

/** How a call waits for its permit. */
export interface AcquireOptions {
  /** Ends the wait; `acquire` rejects with its reason. */
  signal?: AbortSignal | undefined;
  /**
   * Longest wait in milliseconds; default: unlimited. 0 means now or never. Time spent reading the store does not
   * count as waiting.
   */
  maxWaitMs?: number | undefined;
  /**
   * Default `interactive`. `background` calls come after all interactive ones and leave a fifth of the allowance to
   * them until late in a window.
   */
  priority?: Priority | undefined;
  /** How much the call counts against the limit, a positive integer; default 1. */
  cost?: number | undefined;
  /** Called at most once, if the call has to wait. */
  onWait?: ((wait: { expectedWaitMs: number }) => void) | undefined;
}

/** What became of a request. */
export type PermitOutcome =
  /** `refused`: whether the rate limit refused the request; default: the status is 429. */
  | { kind: 'answered'; status: number; headers: ResponseHeaders; refused?: boolean | undefined }
  /** No answer: the server may or may not have counted the request. */
  | { kind: 'lost' };

/** The right to send one request. Report its outcome or release it; otherwise it expires safely. */
export interface Permit {
  /** The names of its policies, separated by a comma. */
  readonly policy: string;
  /** How long the call waited for it, in milliseconds. */
  readonly waitedMs: number;
  /** Whether it may still be used. Check right before sending, and release it if not. */
  isValid(): boolean;
  /** Reports the outcome of the request. Only the first report or release counts; never rejects. */
  report(outcome: PermitOutcome): Promise<void>;
  /** Returns it unused. */
  release(): Promise<void>;
}

/** What is known of a policy's counter at one moment. */
export interface RateLimitSnapshot {
  /** Name of the policy. */
  policy: string;
  /** Calls a window, as the server's answers state it, else as the policy does. */
  limit: number;
  /** How many calls could be sent now, as far as is known. */
  remaining: number;
  /** Time until the window is certainly over; 0 if none is open. */
  resetInMs: number;
  /** `unknown`: the next call goes alone; `probing`: that call is in flight; `locked`: the window is known. */
  state: 'unknown' | 'probing' | 'locked' | 'paused';
  /** How many calls wait, in all processes. */
  queued: number;
}

/** For logs; needs no reaction. */
export interface RateLimitWarning {
  readonly code: 'rejected' | 'foreign-use' | 'limit-changed' | 'store-failed';
  /** The bucket, or the policy that has one of its own. */
  readonly bucket: string;
  /** One sentence for people. */
  readonly message: string;
  /** Of `store-failed`: what the store threw. */
  readonly cause?: unknown;
}

/** Gives each request the right to be sent, once the server has room for it under one policy. */
export interface SimpleRateLimiter {
  /**
   * Waits for the right to send one request. A waiting call keeps the process alive; an idle limiter does not.
   *
   * Rejects with the signal's reason, with `RateLimitDeadlineError` as soon as `maxWaitMs` cannot be met, with
   * `RateLimiterClosedError`, and with a `TypeError` for an undeclared policy or an invalid cost.
   */
  acquire(policy: string, options?: AcquireOptions): Promise<Permit>;
  /** What is left of a policy, as far as is known; a `TypeError` for an undeclared one. */
  snapshot(policy: string): Promise<RateLimitSnapshot>;
  /** Rejects all waiting calls. The store stays open; its owner closes it. */
  close(): Promise<void>;
}

/** Gives each request the right to be sent, once the server has room for it under all of its policies. */
export interface RateLimiter extends SimpleRateLimiter {
  /**
   * As for one policy. A request with several policies (10 a second and 1000 an hour) waits for all of them. Rejects with
   * a `TypeError` for policies that share a bucket, too.
   */
  acquire(policy: string | readonly string[], options?: AcquireOptions): Promise<Permit>;
}

/** What a limiter counts, and where. */
export interface RateLimiterOptions {
  /** All limiters with the same store and namespace share one allowance. */
  store: StateStore;
  /** Every limit that a request may count against. */
  policies: readonly RateLimitPolicy[];
  /**
   * Key prefix of the account's records, see `accountNamespace` of `@wemasy-orders/state`. A function is called for
   * the first permit, and again until it succeeds. While it fails, the store counts as unreachable. It must settle.
   */
  namespace: string | (() => Promise<string>);
  /** Time, for tests; default: the system's. */
  clock?: Clock;
  /** Errors that it throws are ignored. */
  onWarning?: ((warning: RateLimitWarning) => void) | undefined;
}
