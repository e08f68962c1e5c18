import type { Services } from '@wemasy-orders/runtime';
import { createVirtualClock } from '@wemasy-orders/state/testing';
import { describe, expect, it } from 'vitest';
import { createShopServices } from './shop-services.js';

function scene(most = 100) {
  const clock = createVirtualClock();
  const open = new Set<string>();
  const shops = createShopServices({
    connect: ({ account, token }) => {
      const name = `${account} ${token}`;
      open.add(name);
      const close: Pick<Services, 'close'> = { close: async () => void open.delete(name) };
      return Object.create(close);
    },
    log: { error: () => undefined },
    clock,
    keepMs: 600_000,
    most,
    longestCallMs: 60_000,
  });
  return { clock, open, shops };
}

describe('the services of a shop', () => {
  it('are shared by all links of one account and token', () => {
    const { shops } = scene();
    const first = shops.of({ account: 'a', token: '1' });
    expect(shops.of({ account: 'a', token: '1' })).toBe(first);
    expect(shops.of({ account: 'a', token: '2' })).not.toBe(first);
    expect(shops.of({ account: 'b', token: '1' })).not.toBe(first);
  });

  it('are let go ten minutes after the last call', async () => {
    const { shops, clock, open } = scene();
    shops.of({ account: 'idle', token: '1' });
    shops.of({ account: 'busy', token: '1' });
    await clock.advance(400_000);
    shops.of({ account: 'busy', token: '1' });
    await clock.advance(400_000);
    shops.of({ account: 'other', token: '1' });
    expect([...open]).toEqual(['busy 1', 'other 1']);
  });

  it('are let go sooner where there are too many, but never during a call', async () => {
    const { shops, clock, open } = scene(2);
    for (const account of ['a', 'b', 'c', 'd']) shops.of({ account, token: '1' });
    expect(open.size).toBe(4);
    await clock.advance(60_001);
    shops.of({ account: 'd', token: '1' });
    expect([...open]).toEqual(['c 1', 'd 1']);
  });

  it('are all closed in the end', async () => {
    const { shops, open } = scene();
    shops.of({ account: 'a', token: '1' });
    shops.of({ account: 'b', token: '1' });
    await shops.close();
    expect([open.size, shops.size]).toEqual([0, 0]);
  });
});
