// @ts-check
import { once } from 'node:events';
import { acquireCosts } from './cost.js';

/** One of several processes that take permits from one folder. */
process.send?.('ready');
await once(process, 'message');
const costs = await acquireCosts(process.argv[2] ?? '', 200);
process.send?.(costs, () => process.exit(0));
