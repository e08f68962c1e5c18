// @ts-check
import { spawn } from 'node:child_process';

/**
 * What a command writes to stdout.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env] besides that of this process
 */
export async function output(command, args, env = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return text;
}
