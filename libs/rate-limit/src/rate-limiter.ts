import { type Clock, notify, systemClock } from '@wemasy-orders/state';
import { createBucket, type Bucket, type BucketOptions } from './bucket.js';
import { currentDraft, timingOf, type WindowRules } from './counter.js';
import { parseSimpleHeaders, parsePolicyHeaders } from './headers.js';
import { acquireJointly } from './joint-permit.js';
import { grantOwn } from './queue.js';
import { grantShared } from './shared-queue.js';
import type {
  SimpleRateLimiter,
  RateLimiter,
  RateLimiterOptions,
  RateLimitPolicy,
  RateLimitWarning,
} from './types.js';
import { advanceOwnClock, type WindowState } from './window-state.js';
import { createWindowStore, type WindowStore } from './window-store.js';
import type { WindowWarning } from './window.js';

/**
 * Keeps all callers of one account inside the server's rate-limit window: they can use the full allowance, and they
 * alone never cause a 429.
 *
 * @throws TypeError for invalid policies: a duplicate name, a limit or a window that is not a positive integer,
 *   different windows or kinds in one bucket.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { store, policies, clock = systemClock, onWarning } = options;
  const findNamespace = once(options.namespace);
  // Contains the process id, so that people who read a record know which process waits.
  const pid = typeof process === 'object' ? process.pid : 'browser';
  const id = `${pid}-${Math.random().toString(36).slice(2, 10)}`;
  const outage = { isReported: false };
  const limiter = createPolicyLimiter(policies, clock, (bucket, rules) => ({
    id,
    grant: grantShared,
    readHeaders: parsePolicyHeaders,
    warn: (warning) => notify(onWarning, { bucket, ...describe(warning) }),
    window: createWindowStore({
      store,
      findKey: async () => `${await findNamespace()}/window/${bucket}`,
      rules,
      clock,
      outage,
      onOutage: (cause) => {
        const message = 'The shared state cannot be reached; until it can, a share of the allowance is used.';
        notify(onWarning, { code: 'store-failed', bucket, message, cause });
      },
    }),
  }));
  return withSeveralPolicies(limiter, clock);
}

/**
 * As `createRateLimiter`, for callers that all share this one limiter: it keeps its records in memory and needs no store.
 *
 * @throws TypeError for invalid policies
 */
export function createMemoryRateLimiter({
  policies,
  clock = systemClock,
  onWarning,
}: Omit<RateLimiterOptions, 'store' | 'namespace'>): RateLimiter {
  const limiter = createPolicyLimiter(policies, clock, (bucket, rules) => ({
    ...inMemory(rules, clock),
    readHeaders: parsePolicyHeaders,
    warn: (warning) => notify(onWarning, { bucket, ...describe(warning) }),
  }));
  return withSeveralPolicies(limiter, clock);
}

/**
 * As `createMemoryRateLimiter`, for pages, where every byte counts: a request has one policy, answers describe their limit
 * in three headers (see `parseSimpleHeaders`), and there are no warnings.
 *
 * @throws TypeError for invalid policies
 */
export function createSimpleRateLimiter({
  policies,
  clock,
}: Required<Pick<RateLimiterOptions, 'policies' | 'clock'>>): SimpleRateLimiter {
  return createPolicyLimiter(policies, clock, (_, rules) => ({
    ...inMemory(rules, clock),
    readHeaders: parseSimpleHeaders,
  }));
}

/** What a bucket needs whose record no other process shares. */
function inMemory(rules: WindowRules, clock: Clock): Pick<BucketOptions, 'id' | 'grant' | 'window'> {
  const timing = timingOf(rules.windowMs);
  let record: WindowState | undefined;
  const draftNow = () => currentDraft(record, advanceOwnClock(record?.clock, clock), timing);
  const window: WindowStore = {
    async update(update) {
      const draft = draftNow();
      const result = update(draft, rules);
      record = draft;
      return result;
    },
    read: async (read) => read(draftNow(), rules),
  };
  return { id: 'own', grant: grantOwn, window };
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

/** Buckets that need the namespace at the same time share one look-up; only its success is kept. */
function once(namespace: RateLimiterOptions['namespace']): () => Promise<string> {
  let found: Promise<string> | undefined;
  return async () => {
    if (typeof namespace === 'string') return namespace;
    found ??= namespace();
    try {
      return await found;
    } catch (error) {
      found = undefined;
      throw error;
    }
  };
}

/** A policy and the counter on which its calls count. */
interface KnownPolicy {
  readonly policy: RateLimitPolicy;
  readonly bucket: Bucket;
}

/** A limiter, and where the calls of a policy count. */
interface PolicyLimiter extends SimpleRateLimiter {
  find(name: string): KnownPolicy;
}

/** @throws TypeError for invalid policies, see `createRateLimiter` */
function createPolicyLimiter(
  policies: readonly RateLimitPolicy[],
  clock: Clock,
  bucketOf: (name: string, rules: WindowRules) => Omit<BucketOptions, 'windowMs' | 'clock'>,
): PolicyLimiter {
  const known = new Map<string, KnownPolicy>();
  const buckets = [...groupByBucket(policies)].map(([name, members]) => {
    const [{ windowMs, kind = 'fixed-window' }] = members;
    const limits = Object.fromEntries(members.map((policy) => [policy.name, policy.limit]));
    const bucket = createBucket({ ...bucketOf(name, { windowMs, limits, kind }), windowMs, clock });
    for (const policy of members) known.set(policy.name, { policy, bucket });
    return bucket;
  });

  function find(name: string): KnownPolicy {
    const found = known.get(name);
    if (found) return found;
    throw new TypeError(`Unknown rate-limit policy "${name}"; known: ${[...known.keys()].join(', ')}`);
  }

  return {
    find,
    async acquire(name, options = {}) {
      const { policy, bucket } = find(name);
      return bucket.acquire(policy, options, true);
    },
    async snapshot(policy) {
      return find(policy).bucket.snapshot(policy);
    },
    async close() {
      await Promise.all(buckets.map((bucket) => bucket.close()));
    },
  };
}

/** Lets a request wait for several policies. */
function withSeveralPolicies({ find, acquire, ...limiter }: PolicyLimiter, clock: Clock): RateLimiter {
  return {
    ...limiter,
    async acquire(names, options = {}) {
      if (typeof names === 'string') return acquire(names, options);
      const found = names.map(find);
      const [only] = found;
      if (!only) throw new TypeError('A request needs a rate-limit policy');
      if (found.length === 1) return acquire(only.policy.name, options);
      if (new Set(found.map(({ bucket }) => bucket)).size < found.length) {
        throw new TypeError('The rate-limit policies of one request must have different buckets');
      }
      return acquireJointly(
        found.map(({ policy }) => policy),
        async (policy, each) => find(policy.name).bucket.acquire(policy, each, false),
        options,
        clock,
      );
    },
  };
}

type Members = [RateLimitPolicy, ...RateLimitPolicy[]];

function groupByBucket(policies: readonly RateLimitPolicy[]): Map<string, Members> {
  const groups = new Map<string, Members>();
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
    const members = groups.get(bucket);
    for (const key of ['windowMs', 'kind'] as const) {
      if (members?.some((member) => member[key] !== policy[key])) {
        throw new TypeError(`The rate-limit policies of the bucket "${bucket}" must have the same ${key}`);
      }
    }
    if (members) members.push(policy);
    else groups.set(bucket, [policy]);
  }
  return groups;
}
