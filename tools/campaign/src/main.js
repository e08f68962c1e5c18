/**
 * `npm run campaign -- [--orders N] [--seed N] [--store folder|redis]`; default: 70 % of the orders on the folder, the
 * others on Redis. Exits with 1 when anything happened that must not.
 */
import { parseArgs } from 'node:util';
import { loadCampaign } from './bundle.js';

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    store: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const orders = Number(values.orders);
const { store } = values;
if (store !== undefined && store !== 'folder' && store !== 'redis')
  throw new Error('--store is folder or redis');
const chosen = store === undefined ? '' : ` --store ${store}`;
console.log(
  `Campaign of ${orders} orders; again with: npm run campaign -- --orders ${orders} --seed ${seed}${chosen}`,
);

const { runCampaign } = await loadCampaign();
const onRedis = Math.round(orders * 0.3);
const runs = /** @type {const} */ ([
  { store: 'folder', orders: store === undefined ? orders - onRedis : orders, seed },
  { store: 'redis', orders: store === undefined ? onRedis : orders, seed: seed + 7 },
]);
let found = 0;
for (const run of runs.filter((each) => store === undefined || each.store === store)) {
  const { violations, ...report } = await runCampaign({ ...run, log: console.log });
  console.log(JSON.stringify({ store: run.store, orders: run.orders, ...report }, undefined, 2));
  for (const violation of violations) console.error(`VIOLATION (${run.store}): ${violation}`);
  found += violations.length;
}
console.log(found === 0 ? 'Nothing happened that must not.' : `${found} violations.`);
process.exitCode = found === 0 ? 0 : 1;
