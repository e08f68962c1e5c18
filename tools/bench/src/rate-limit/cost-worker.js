// @ts-check
import { once } from 'node:events';
import { acquireCosts, timerLateness } from './cost.js';

/** One of several processes: takes permits from one folder, or only looks how late it is woken. */
const [what, folder = ''] = process.argv.slice(2);
process.send?.('ready');
await once(process, 'message');
const figures = what === 'acquire' ? await acquireCosts(folder, 200) : await timerLateness(200);
process.send?.(figures, () => process.exit(0));
