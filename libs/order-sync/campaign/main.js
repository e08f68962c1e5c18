/** `npm run campaign -- [--orders N] [--seed N]`; exits with 1 when anything happened that must not. */
import { parseArgs } from 'node:util';
import { runCampaign } from './campaign.js';

const { values } = parseArgs({
  options: { orders: { type: 'string', default: '1000' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const orders = Number(values.orders);
console.log(
  `Campaign of ${orders} orders; again with: npm run campaign -- --orders ${orders} --seed ${seed}`,
);

const { violations, ...report } = await runCampaign({ orders, seed, log: console.log });
console.log(JSON.stringify(report, undefined, 2));
for (const violation of violations) console.error(`VIOLATION: ${violation}`);
console.log(violations.length === 0 ? 'Nothing happened that must not.' : `${violations.length} violations.`);
process.exitCode = violations.length === 0 ? 0 : 1;
