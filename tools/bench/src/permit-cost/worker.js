// @ts-check
import { once } from 'node:events';
import { acquireCosts, timerLateness } from './measure.js';

/** One of several processes: takes permits from one folder, or only looks how late it is woken. */
const [what, folder = ''] = process.argv.slice(2);
process.send?.('ready');
await once(process, 'message');
const figures =
  what === 'idle' ? await timerLateness(200) : await acquireCosts(folder, what === 'first' ? 1 : 200);
process.send?.(figures, () => process.exit(0));
