import { systemClock, type Clock, type StateStore } from '@wemasy-orders/state';
import { createBucket, type Bucket } from './bucket.js';
import type { ResponseHeaders } from './headers.js';
import type { Priority } from './window-state.js';

/** How many calls the server takes in one window. */
export interface RateLimitPolicy {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  /** Policies with the same bucket share a counter and must have the same window; default: the name. */
  readonly bucket?: string;
}

export interface AcquireOptions {
  signal?: AbortSignal | undefined;
  /**
   * Longest wait in milliseconds; default: unlimited. 0 means now or never. That the store takes its time to say
   * whether there is a permit is no wait.
   */
  maxWaitMs?: number | undefined;
  /**
   * Default `interactive`. `background` calls come after all interactive ones and leave a fifth of the
   * allowance to them until late in a window.
   */
  priority?: Priority | undefined;
  /** Called at most once, when the call has to wait. */
  onWait?: ((wait: { expectedWaitMs: number }) => void) | undefined;
}

export type PermitOutcome =
  | { kind: 'answered'; status: number; headers: ResponseHeaders }
  /** No answer: the server may or may not have counted it. */
  | { kind: 'lost' };

/** The right to send one request. Report on it or release it; if nobody does, it expires safely. */
export interface Permit {
  readonly policy: string;
  readonly waitedMs: number;
  /** Whether it may still be sent now; ask right before sending, and release it if not. */
  isValid(): boolean;
  /** Says what came of the request. Only the first report or release counts; never rejects. */
  report(outcome: PermitOutcome): Promise<void>;
  /** Gives it back unsent. */
  release(): Promise<void>;
}

export interface RateLimitSnapshot {
  policy: string;
  limit: number;
  /** How many calls could be sent now, as far as is known. */
  remaining: number;
  /** Until the window is known to be over; 0 if none is open. */
  resetInMs: number;
  /** `unknown`: the next call goes alone; `probing`: it is under way; `locked`: the window is known. */
  state: 'unknown' | 'probing' | 'locked' | 'paused';
  /** How many calls wait, in all processes. */
  queued: number;
}

/** Something a person who runs this may want to know; nothing has to be done about it. */
export interface RateLimitWarning {
  readonly code: 'rejected' | 'foreign-use' | 'limit-changed' | 'store-failed';
  readonly bucket: string;
  readonly message: string;
  readonly cause?: unknown;
}

export interface RateLimiter {
  /**
   * Waits for the right to send one request. A call that waits keeps the process alive; a limiter that nobody
   * waits for does not.
   *
   * Rejects with the signal's reason, with `RateLimitDeadlineError` as soon as `maxWaitMs` cannot be kept, with
   * `RateLimiterClosedError`, and with a `TypeError` for a policy that was not declared.
   */
  acquire(policy: string, options?: AcquireOptions): Promise<Permit>;
  snapshot(policy: string): Promise<RateLimitSnapshot>;
  /** Refuses everybody who waits. The store belongs to the caller and stays open. */
  close(): Promise<void>;
}

export interface RateLimiterOptions {
  /** Whoever shares it shares the allowance. */
  store: StateStore;
  policies: readonly RateLimitPolicy[];
  /**
   * Key prefix of the account's records, see `accountNamespace` of `@wemasy-orders/state`. A function is called when
   * the first permit is requested, and again until it succeeds; while it fails, the store counts as unreachable. Like
   * a store, it must settle.
   */
  namespace: string | (() => Promise<string>);
  clock?: Clock;
  /** What it throws is ignored. */
  onWarning?: (warning: RateLimitWarning) => void;
}

/**
 * Keeps every caller of one account inside the server's rate-limit window: all of the allowance is used, and
 * from these callers alone no request is refused.
 *
 * @throws TypeError for policies that make no sense: a name twice, a limit or a window that is not a positive
 *   integer, different windows in one bucket.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { store, policies, clock = systemClock, onWarning } = options;
  const findNamespace = once(options.namespace);
  // With the process number, so that a person who reads a record knows who waits.
  const id = `${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
  const outage = { isTold: false };
  const warn = (warning: RateLimitWarning): void => {
    try {
      onWarning?.(warning);
    } catch {
      // Nobody waits for it, so it would end the process.
    }
  };
  const buckets = new Map<string, Bucket>();
  for (const [name, members] of groupByBucket(policies)) {
    const bucket = createBucket({
      name,
      findKey: async () => `${await findNamespace()}/window/${name}`,
      policies: members,
      store,
      clock,
      id,
      outage,
      warn,
    });
    for (const policy of members) buckets.set(policy.name, bucket);
  }

  function bucketOf(policy: string): Bucket {
    const bucket = buckets.get(policy);
    if (bucket) return bucket;
    throw new TypeError(`Unknown rate-limit policy "${policy}"; known: ${[...buckets.keys()].join(', ')}`);
  }

  async function acquire(policy: string, acquireOptions: AcquireOptions = {}): Promise<Permit> {
    return bucketOf(policy).acquire(policy, acquireOptions);
  }

  return {
    acquire,
    async snapshot(policy) {
      return bucketOf(policy).snapshot(policy);
    },
    async close() {
      await Promise.all([...new Set(buckets.values())].map((bucket) => bucket.close()));
    },
  };
}

/** Buckets that ask at the same time share one look-up, and its success is kept. */
function once(namespace: RateLimiterOptions['namespace']): () => Promise<string> {
  let found: Promise<string> | undefined;
  return () => {
    if (typeof namespace === 'string') return Promise.resolve(namespace);
    found ??= Promise.resolve()
      .then(namespace)
      .catch((error: unknown) => {
        found = undefined;
        throw error;
      });
    return found;
  };
}

function groupByBucket(policies: readonly RateLimitPolicy[]): Map<string, RateLimitPolicy[]> {
  const groups = new Map<string, RateLimitPolicy[]>();
  const names = new Set<string>();
  for (const policy of policies) {
    if (names.has(policy.name))
      throw new TypeError(`The rate-limit policy "${policy.name}" is declared twice`);
    names.add(policy.name);
    for (const key of ['limit', 'windowMs'] as const) {
      if (!Number.isSafeInteger(policy[key]) || policy[key] < 1) {
        throw new TypeError(`${key} of the rate-limit policy "${policy.name}" must be a positive integer`);
      }
    }
    const bucket = policy.bucket ?? policy.name;
    const members = groups.get(bucket) ?? [];
    if (members.some(({ windowMs }) => windowMs !== policy.windowMs)) {
      throw new TypeError(`The rate-limit policies of the bucket "${bucket}" must have the same windowMs`);
    }
    groups.set(bucket, [...members, policy]);
  }
  return groups;
}
