/** `npm run campaign -- [--orders N] [--seed N]`; exits with 1 when anything happened that must not. */
import { parseArgs } from 'node:util';
import { loadCampaign } from './bundle.js';

const { values } = parseArgs({
  options: { orders: { type: 'string', default: '1000' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const orders = Number(values.orders);
console.log(
  `Campaign of ${orders} orders; again with: npm run campaign -- --orders ${orders} --seed ${seed}`,
);

const { runCampaign } = await loadCampaign();
const onRedis = Math.round(orders * 0.3);
let found = 0;
for (const run of /** @type {const} */ ([
  { store: 'folder', orders: orders - onRedis, seed },
  { store: 'redis', orders: onRedis, seed: seed + 7 },
])) {
  const { violations, ...report } = await runCampaign({ ...run, log: console.log });
  console.log(JSON.stringify({ store: run.store, orders: run.orders, ...report }, undefined, 2));
  for (const violation of violations) console.error(`VIOLATION (${run.store}): ${violation}`);
  found += violations.length;
}
console.log(found === 0 ? 'Nothing happened that must not.' : `${found} violations.`);
process.exitCode = found === 0 ? 0 : 1;
