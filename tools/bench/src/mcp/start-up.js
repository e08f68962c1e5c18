// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { bareEnvironment, memoryOf, open } from './session.js';

/** @import { ServerCommand } from './session.js' */

/** How long a server is left alone before its memory is read, in ms. */
const idleMs = 300;

/**
 * Starts a server once.
 *
 * @param {ServerCommand} server
 */
export async function startOnce(server) {
  const session = await open(server);
  const { tools } = await session.request('tools/list');
  const tookMs = performance.now() - session.startedAt;
  await setTimeout(idleMs);
  const memory = memoryOf(session.pid);
  await session.close();
  return { tookMs, ...memory, tools };
}

/** Runs an empty program once: what Node itself costs, in ms. */
export async function emptyProcessOnce() {
  const startedAt = performance.now();
  await once(spawn(process.execPath, ['-e', '0'], { env: bareEnvironment, stdio: 'ignore' }), 'exit');
  return performance.now() - startedAt;
}

/** @param {readonly number[]} figures */
export function median(figures) {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle) - 1] ?? NaN)) / 2;
}
