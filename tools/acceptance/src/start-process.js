// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const builtFile = (/** @type {string} */ app) =>
  fileURLToPath(new URL(`../../../apps/${app}/dist/main.js`, import.meta.url));

/** The built files. */
export const built = { sandbox: builtFile('sandbox'), mcpServer: builtFile('mcp-server') };

/**
 * Starts a built server in a child process.
 *
 * @param {string} file
 * @param {readonly string[]} flags
 * @param {Readonly<Record<string, string>>} [environment] added to the environment of this process
 * @returns {Promise<{ url: string, stop: () => Promise<void>, ended: Promise<unknown> }>} resolves when it listens
 * @throws {Error} with its stderr if it exits before it listens
 */
export async function startProcess(file, flags, environment = {}) {
  const child = spawn(process.execPath, [file, ...flags], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // The child must not outlive this process.
  process.once('exit', () => child.kill());
  const ended = once(child, 'exit');
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (http\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    const stop = async () => {
      child.kill();
      await ended;
    };
    return { url, stop, ended };
  }
  throw new Error(`${file} exited before it listened: ${stderr}`);
}
