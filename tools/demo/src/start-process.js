// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const builtFile = (/** @type {string} */ app) =>
  fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));

/** The built files, as a user starts them. */
export const built = { sandbox: builtFile('sandbox'), mcpServer: builtFile('mcp-server') };

/**
 * Starts a built server in a process of its own.
 *
 * @param {string} file
 * @param {readonly string[]} flags
 * @param {Readonly<Record<string, string>>} [environment] added to this process's
 * @returns {Promise<{ url: string, stop: () => Promise<void>, ended: Promise<unknown> }>} once it listens
 * @throws {Error} with what it said when it ends without listening
 */
export async function startProcess(file, flags, environment = {}) {
  const child = spawn(process.execPath, [file, ...flags], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Nothing is left behind, however this process ends.
  process.once('exit', () => child.kill());
  const ended = once(child, 'exit');
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (http\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    const stop = async () => {
      child.kill();
      await ended;
    };
    return { url, stop, ended };
  }
  throw new Error(`${file} ended before it listened: ${complaint}`);
}
