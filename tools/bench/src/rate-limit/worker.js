// @ts-check
import { post } from './post.js';

/**
 * One process under load: keeps a fixed number of calls waiting or under way until it is stopped, and every
 * rejected call is sent again. Reports its waits and its CPU time.
 */
const { strategy, kind, url, limit, windowMs, concurrency, store, tries } = JSON.parse(process.argv[2] ?? '');
const { createStrategy } = await import(`./strategies/${strategy}.js`);

/** @type {(call: () => Promise<Response>) => Promise<Response>} */
const paced = await createStrategy({ kind, limit, windowMs, store, tries });
/** @type {number[]} */
const waits = [];
/** Refusals that a caller saw, after all tries. */
let seen = 0;
let stopping = false;

async function one() {
  while (!stopping) {
    const since = performance.now();
    let sentAt = since;
    const response = await paced(() => {
      sentAt = performance.now();
      return post(url);
    });
    if (response.status === 200) waits.push((sentAt - since) / windowMs);
    else seen += 1;
  }
}

const before = process.cpuUsage();
process.send?.('ready');
for (let task = 0; task < concurrency; task += 1) void one();
process.once('message', () => {
  stopping = true;
  const { user, system } = process.cpuUsage(before);
  process.send?.({ waits, seen, cpuMs: (user + system) / 1000 });
  process.exit(0);
});
