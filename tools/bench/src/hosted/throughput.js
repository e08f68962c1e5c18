// @ts-check
import { fileURLToPath } from 'node:url';
import { operations } from '@wemasy-orders/client/operations';
import { openConnections } from './call.js';
import { cpuMsOf, startReplica, startServer } from './processes.js';

/** @import { Caller } from './load.js' */

const bareFile = fileURLToPath(new URL('./bare-server.js', import.meta.url));
/** Calls that run at once. */
const atOnce = 16;

/**
 * List calls a second of one replica and of the SDK's bare handler, in turn, each with as many calls at once.
 *
 * @param {object} options
 * @param {readonly Caller[]} options.callers
 * @param {Record<string, string>} options.environment
 * @param {string} options.apiUrl
 * @param {number} options.rounds
 * @param {number} options.secondsEach
 */
export async function compareThroughput({ callers, environment, apiUrl, rounds, secondsEach }) {
  const { call, close } = openConnections();
  const ours = await startReplica(environment);
  const [first] = callers;
  if (first === undefined) throw new TypeError('there is a caller');
  const { structured, text, bytes } = await call(ours.origin, first.secret, 'list_orders', { per_page: 25 });
  const bare = await startServer([bareFile], {
    BARE_URL: apiUrl + operations.listOrders.path,
    BARE_ANSWER: JSON.stringify({ content: [{ type: 'text', text }], structuredContent: structured }),
  });
  let next = 0;

  /** @param {'ours' | 'bare'} which @param {number} seconds */
  async function measure(which, seconds) {
    const { origin, pid } = which === 'ours' ? ours : bare;
    const endsAt = performance.now() + seconds * 1_000;
    const cpuMs = cpuMsOf(pid);
    let calls = 0;
    const worker = async () => {
      while (performance.now() < endsAt) {
        const caller = callers[(next += 1) % callers.length];
        if (caller === undefined) throw new TypeError('there is a caller');
        const args = which === 'ours' ? { per_page: 25 } : { token: caller.token };
        const answer = await call(origin, caller.secret, 'list_orders', args);
        if (answer.isError) throw new Error(answer.text);
        calls += 1;
      }
    };
    const since = performance.now();
    await Promise.all(Array.from({ length: atOnce }, worker));
    const tookSeconds = (performance.now() - since) / 1_000;
    return { callsPerSecond: calls / tookSeconds, cpuMsPerCall: (cpuMsOf(pid) - cpuMs) / calls };
  }

  // All shops have their services, and both are compiled.
  for (let each = 0; each < callers.length; each += 50) {
    await Promise.all(
      callers
        .slice(each, each + 50)
        .map(({ secret }) => call(ours.origin, secret, 'list_orders', { per_page: 1 })),
    );
  }
  await measure('ours', secondsEach / 2);
  await measure('bare', secondsEach / 2);
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({ ours: await measure('ours', secondsEach), bare: await measure('bare', secondsEach) });
  }
  await Promise.all([ours.end(), bare.end()]);
  close();
  return { pairs, bytes };
}
