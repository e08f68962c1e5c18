import { notify, systemClock } from '@wemasy-orders/state';
import { Bucket } from './bucket.js';
import { acquireJointly } from './joint-permit.js';
import type { RateLimiter, RateLimiterOptions, RateLimitPolicy, RateLimitWarning } from './types.js';

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
  const warn = (warning: RateLimitWarning): void => {
    notify(onWarning, warning);
  };
  const known = new Map<string, { policy: RateLimitPolicy; bucket: Bucket }>();
  for (const [name, members] of groupByBucket(policies)) {
    const findKey = async (): Promise<string> => `${await findNamespace()}/window/${name}`;
    const bucket = new Bucket({ name, findKey, policies: members, store, clock, id, outage, warn });
    for (const policy of members) known.set(policy.name, { policy, bucket });
  }

  function find(name: string): { policy: RateLimitPolicy; bucket: Bucket } {
    const found = known.get(name);
    if (found) return found;
    throw new TypeError(`Unknown rate-limit policy "${name}"; known: ${[...known.keys()].join(', ')}`);
  }

  return {
    async acquire(names, acquireOptions = {}) {
      const { cost = 1 } = acquireOptions;
      if (!Number.isSafeInteger(cost) || cost < 1) throw new TypeError('cost must be a positive integer');
      const found = (typeof names === 'string' ? [names] : names).map(find);
      const [only] = found;
      if (!only) throw new TypeError('A request needs a rate-limit policy');
      if (found.length === 1) return only.bucket.acquire(only.policy, acquireOptions, true);
      if (new Set(found.map(({ bucket }) => bucket)).size < found.length) {
        throw new TypeError('The rate-limit policies of one request must have different buckets');
      }
      return acquireJointly(
        found.map(({ policy }) => policy),
        async (policy, each) => find(policy.name).bucket.acquire(policy, each, false),
        acquireOptions,
        clock,
      );
    },
    async snapshot(policy) {
      return find(policy).bucket.snapshot(policy);
    },
    async close() {
      await Promise.all(
        [...new Set([...known.values()].map(({ bucket }) => bucket))].map((bucket) => bucket.close()),
      );
    },
  };
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
    for (const key of ['windowMs', 'kind'] as const) {
      if (members.some((member) => member[key] !== policy[key])) {
        throw new TypeError(`The rate-limit policies of the bucket "${bucket}" must have the same ${key}`);
      }
    }
    groups.set(bucket, [...members, policy]);
  }
  return groups;
}
