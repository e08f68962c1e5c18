// @ts-check
import { spawn } from 'node:child_process';

/** What a command writes to stdout. @param {string} command @param {readonly string[]} args */
export async function output(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  return text;
}
