import { createHash } from 'node:crypto';
import type { Log, Services } from '@wemasy-orders/runtime';
import type { Clock } from '@wemasy-orders/state';
import type { ShopAccess } from './linked-shops.js';

/** What identifies the services of a shop. */
export type Account = Pick<ShopAccess, 'account' | 'token'>;

export interface ShopServicesOptions {
  readonly connect: (account: Account) => Services;
  readonly log: Pick<Log, 'error'>;
  readonly clock: Clock;
  /**
   * How long services are kept after their last call began, in ms. It is longer than a call takes, so that none loses its
   * services; a write that is still in flight is waited for besides.
   */
  readonly keepMs: number;
  /** How many shops have services at most, as long as that loses no call. */
  readonly most: number;
  /** How long a call may take, in ms. */
  readonly longestCallMs: number;
}

export interface ShopServices {
  /** The services of an account, for one call. Links with the same account and token share them. */
  of(account: Account): Services;
  readonly size: number;
  /** Waits for writes that are under way, then lets go of everything. */
  close(): Promise<void>;
}

interface Entry {
  readonly services: Services;
  usedAt: number;
}

/** Client, limiter and journal of each shop that is in use; those of idle shops are let go. */
export function createShopServices(options: ShopServicesOptions): ShopServices {
  const { connect, log, clock, keepMs, most, longestCallMs } = options;
  /** The least recently used first. */
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();

  function letGo(key: string, { services }: Entry): void {
    entries.delete(key);
    const closed = services
      .close()
      .catch((error: unknown) => {
        log.error('the services of an idle shop did not close', { error });
      })
      .finally(() => closing.delete(closed));
    closing.add(closed);
  }

  function letGoOfIdle(): void {
    const now = clock.monotonic();
    for (const [key, entry] of entries) {
      const idleMs = now - entry.usedAt;
      const isSurplus = entries.size > most && idleMs > longestCallMs;
      if (idleMs <= keepMs && !isSurplus) return;
      letGo(key, entry);
    }
  }

  return {
    of(account) {
      const key = keyOf(account);
      const entry = entries.get(key) ?? { services: connect(account), usedAt: 0 };
      entry.usedAt = clock.monotonic();
      entries.delete(key);
      entries.set(key, entry);
      letGoOfIdle();
      return entry.services;
    },
    get size() {
      return entries.size;
    },
    async close() {
      for (const [key, entry] of entries) letGo(key, entry);
      await Promise.all(closing);
    },
  };
}

/** No token in the key, which a heap snapshot would show among the names of a map. */
function keyOf({ account, token }: Account): string {
  return `${account} ${createHash('sha256').update(token).digest('hex')}`;
}
