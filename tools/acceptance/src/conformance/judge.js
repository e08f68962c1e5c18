// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** @typedef {{ what: string, passed: boolean, said: string }} Verdict */

/**
 * Runs another project's command from the PATH.
 *
 * @param {string} what is judged, in words
 * @param {readonly string[]} command
 * @param {(run: { exitCode: number, stdout: string }) => boolean} [isGood] default: it ended with 0
 * @returns {Promise<Verdict>}
 */
export async function judge(what, [file = '', ...flags], isGood = ({ exitCode }) => exitCode === 0) {
  // On Windows the installed commands are scripts that only a shell can start.
  const child = spawn(file, flags, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { what, passed: isGood({ exitCode: Number(code), stdout }), said: `${stdout}\n${stderr}` };
}
