import { createMemoryStore, type StateStore } from '@wemasy-orders/state';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it } from 'vitest';
import { createRateLimiter, type RateLimitWarning } from './rate-limiter.js';

const headers = (remaining: number) =>
  new Headers({ 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': String(remaining) });

/** A limiter on a store that can be taken away and given back. */
function limiterOnShakyStore() {
  const clock = createVirtualClock();
  const shared = createMemoryStore({ clock });
  let isAway = false;
  const store: StateStore = {
    update: async (key, updater, options) => {
      if (isAway) throw new Error('connection lost');
      return shared.update(key, updater, options);
    },
    close: () => shared.close(),
  };
  const warnings: RateLimitWarning[] = [];
  const limiter = createRateLimiter({
    store,
    clock,
    namespace: 'test',
    policies: [
      { name: 'list', limit: 60, windowMs: 60_000 },
      { name: 'sync', limit: 5, windowMs: 60_000 },
    ],
    onWarning: (warning) => warnings.push(warning),
  });
  return { limiter, warnings, setAway: (away: boolean) => (isAway = away) };
}

/** How many calls go through before one has to wait; the server says that nobody else calls. */
async function callsNow(
  { limiter }: ReturnType<typeof limiterOnShakyStore>,
  usedBefore = 0,
): Promise<number> {
  for (let calls = 0; ; calls += 1) {
    const permit = await limiter.acquire('list', { maxWaitMs: 0 }).catch(() => undefined);
    if (permit === undefined) return calls;
    await permit.report({ kind: 'answered', status: 200, headers: headers(60 - usedBefore - calls - 1) });
  }
}

describe('while the shared state cannot be reached', () => {
  it('a process uses a quarter of the allowance and says so once', async () => {
    const shaky = limiterOnShakyStore();
    shaky.setAway(true);
    expect(await callsNow(shaky)).toBe(15);
    expect(await callsNow(shaky)).toBe(0);
    expect(shaky.warnings.map(({ code }) => code)).toEqual(['store-failed']);
    expect((await shaky.limiter.snapshot('list')).remaining).toBe(0);
  });

  it('a limiter that nobody uses does not notice', async () => {
    const shaky = limiterOnShakyStore();
    shaky.setAway(true);
    await shaky.limiter.close();
    expect(shaky.warnings).toEqual([]);
  });
});

describe('when the shared state is back', () => {
  it('one call goes alone and learns what was used meanwhile', async () => {
    const shaky = limiterOnShakyStore();
    expect((await shaky.limiter.snapshot('list')).remaining).toBe(60);
    shaky.setAway(true);
    expect(await callsNow(shaky)).toBe(15);
    shaky.setAway(false);
    await shaky.limiter.snapshot('list');
    const permit = await shaky.limiter.acquire('list');
    expect((await shaky.limiter.snapshot('list')).state).toBe('probing');
    await permit.report({ kind: 'answered', status: 200, headers: headers(60 - 16) });
    expect((await shaky.limiter.snapshot('list')).remaining).toBe(44);
    expect(shaky.warnings.filter(({ code }) => code === 'store-failed')).toHaveLength(1);
  });

  it('a second outage is told again, each of them once for all counters', async () => {
    const shaky = limiterOnShakyStore();
    for (const away of [true, false, true]) {
      shaky.setAway(away);
      for (const policy of ['list', 'sync']) {
        const permit = await shaky.limiter.acquire(policy);
        await permit.report({ kind: 'answered', status: 200, headers: headers(4) });
      }
    }
    expect(shaky.warnings.filter(({ code }) => code === 'store-failed')).toHaveLength(2);
  });
});
