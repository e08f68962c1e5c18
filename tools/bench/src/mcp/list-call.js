// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memoryOf, open } from './session.js';

const sandboxFile = fileURLToPath(new URL('../../../../apps/sandbox/dist/main.js', import.meta.url));
const orders = 50;
/** Windows so short that nothing waits for them: the sandbox and the limiter have the same ones. */
const windowSeconds = 1;
const perWindow = 60;

/**
 * How long a list of 50 orders takes through a server, and how long the same request takes without it, in turn.
 *
 * @param {string} file the built server
 * @param {number} rounds
 */
export async function measureListCalls(file, rounds) {
  const sandbox = spawn(
    process.execPath,
    [sandboxFile, '--port', '0', '--window-seconds', String(windowSeconds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(createInterface({ input: sandbox.stdout }), 'line');
  const url = String(line).replace(/^.* on /, '');
  const session = await open({
    command: process.execPath,
    args: [file],
    environment: {
      WEMASY_API_URL: url,
      WEMASY_API_TOKEN: 'sandbox-full-access',
      WEMASY_STATE: 'memory',
      WEMASY_RATE_LIMITS: `listOrders=${perWindow}/${windowSeconds}`,
    },
  });
  await session.request('tools/list');
  /** @param {() => Promise<unknown>} call */
  const timed = async (call) => {
    const since = performance.now();
    await call();
    return performance.now() - since;
  };
  /** @type {import('./session.js').Result} */
  let answer = {};
  const through = () =>
    timed(async () => {
      answer = await session.request('tools/call', {
        name: 'list_orders',
        arguments: { per_page: orders },
      });
      if (answer.isError) throw new Error(answer.content?.[0]?.text);
    });
  const without = () =>
    timed(async () => {
      const response = await fetch(`${url}/services/webshop/v1/orders/all`, {
        method: 'POST',
        headers: { Authorization: 'Bearer sandbox-full-access', 'Content-Type': 'application/json' },
        body: JSON.stringify({ per_page: orders }),
      });
      if (!response.ok) throw new Error(`the sandbox answered ${response.status}`);
      await response.json();
    });
  const first = await through();
  await without();
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({ through: await through(), without: await without() });
    // Both count towards the window of the one token.
    if (round % (perWindow / 4) === 0) await setTimeout(windowSeconds * 1_000);
  }
  const memory = memoryOf(session.pid);
  await session.close();
  sandbox.kill();
  return { first, pairs, memory, answer };
}
