import type { Clock } from '@wemasy-orders/state';
import type { AcquireOptions, Permit, RateLimitPolicy } from './types.js';

/**
 * Takes a permit of each policy for one request.
 *
 * The longest window comes first, because its permit is valid longest. A permit that expires while another one is
 * awaited is replaced.
 */
export async function acquireJointly(
  policies: readonly RateLimitPolicy[],
  acquire: (policy: RateLimitPolicy, options: AcquireOptions) => Promise<Permit>,
  { maxWaitMs = Infinity, onWait, ...options }: AcquireOptions,
  clock: Clock,
): Promise<Permit> {
  const since = clock.monotonic();
  const waitedMs = (): number => clock.monotonic() - since;
  let isAnnounced = false;
  const announceOnce = (wait: { expectedWaitMs: number }): void => {
    if (!isAnnounced) onWait?.(wait);
    isAnnounced = true;
  };
  const missing = [...policies].sort((a, b) => b.windowMs - a.windowMs);
  const held = new Map<RateLimitPolicy, Permit>();
  try {
    for (let policy = missing.shift(); policy; policy = missing.shift()) {
      const leftMs = Math.max(0, maxWaitMs - waitedMs());
      held.set(policy, await acquire(policy, { ...options, maxWaitMs: leftMs, onWait: announceOnce }));
      for (const [other, permit] of held) {
        if (permit.isValid()) continue;
        held.delete(other);
        missing.push(other);
        void permit.release();
      }
    }
  } catch (error) {
    await Promise.all([...held.values()].map((permit) => permit.release()));
    throw error;
  }
  return joint([...held.values()], waitedMs());
}

function joint(permits: readonly Permit[], waitedMs: number): Permit {
  const all = async (settle: (permit: Permit) => Promise<void>): Promise<void> => {
    await Promise.all(permits.map(settle));
  };
  return {
    policy: permits.map(({ policy }) => policy).join(', '),
    waitedMs,
    isValid: () => permits.every((permit) => permit.isValid()),
    report: (outcome) => all((permit) => permit.report(outcome)),
    release: () => all((permit) => permit.release()),
  };
}
