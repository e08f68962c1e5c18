import { type Clock, notify } from '@wemasy-orders/state';
import { Bucket } from './bucket.js';
import type { WindowRules } from './counter.js';
import { acquireJointly } from './joint-permit.js';
import type { RateLimiter, RateLimiterOptions, RateLimitPolicy, RateLimitWarning } from './types.js';
import type { WindowStore } from './window-store.js';

export interface LimiterOptions extends Pick<RateLimiterOptions, 'policies' | 'onWarning'> {
  readonly clock: Clock;
  /** Identifies the limiter among all that share its records. */
  readonly id: string;
  /** The record of a bucket. */
  readonly windowOf: (
    bucket: string,
    rules: WindowRules,
    warn: (warning: RateLimitWarning) => void,
  ) => WindowStore;
}

/**
 * A limiter over records that are kept elsewhere.
 *
 * @throws TypeError for invalid policies, see `createRateLimiter`
 */
export function createLimiter({ policies, onWarning, clock, id, windowOf }: LimiterOptions): RateLimiter {
  const warn = (warning: RateLimitWarning): void => {
    notify(onWarning, warning);
  };
  const known = new Map<string, { policy: RateLimitPolicy; bucket: Bucket }>();
  for (const [name, members] of groupByBucket(policies)) {
    const windowMs = Math.max(...members.map((policy) => policy.windowMs));
    const limits = Object.fromEntries(members.map((policy) => [policy.name, policy.limit]));
    const rules = { windowMs, limits, kind: members[0]?.kind ?? 'fixed-window' };
    const bucket = new Bucket({ name, windowMs, window: windowOf(name, rules, warn), clock, id, warn });
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
