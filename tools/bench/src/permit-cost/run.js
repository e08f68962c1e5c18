// @ts-check
import { circumstances, table, writeSection } from '../page.js';
import { startRedis } from '../redis.js';
import { measureCosts } from './measure.js';

/**
 * What a permit costs its caller.
 *
 * @param {{ quick: boolean }} options quick: writes no page
 */
export async function run({ quick }) {
  const redis = await startRedis();
  try {
    const costs = await measureCosts(`${redis.url}/0`);
    for (const cost of costs) console.log(cost.join(': '));
    if (quick) return;
    const text = `\`npm run bench -- permit-cost\`, ${circumstances()}\n\n${table(['What', 'Figure'], costs)}\n`;
    await writeSection('What a permit costs', text);
  } finally {
    redis.kill();
  }
}
