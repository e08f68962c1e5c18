import { describe, expect, it } from 'vitest';
import { loadCampaign } from '../src/bundle.js';

describe('a short fault campaign with real processes', () => {
  it('sends no order twice, claims none that is not in the books, and names every unknown one', async () => {
    const { runCampaign } = await loadCampaign();
    const report = await runCampaign({ orders: 60, seed: 20_261_122, store: 'folder' });
    expect(report.violations).toEqual([]);
    // It was a campaign worth the name.
    expect(report.totals.kills).toBeGreaterThan(0);
    expect(Object.keys(report.faults).length).toBeGreaterThan(3);
    expect(report.states).toMatchObject({ synced: expect.any(Number), rejected: expect.any(Number) });
  }, 180_000);
});
