import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@wemasy-orders/state/testing';
import { test, type TestContext } from 'vitest';
import { createLaravelServer } from '../src/testing/laravel-server.js';

const seed = Number(process.env['CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`the same disturbances again: CRASH_SEED=${seed}`);

const LIMIT = 20;
const WINDOW_MS = 1_000;
const WINDOWS = 12;
const PROCESSES = 4;
/** Together more than the limit, so that some calls always wait. */
const CALLERS = 8;

/** A server that refuses what is over the limit, and processes that call it. */
async function startScene(onTestFinished: TestContext['onTestFinished']) {
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'wemasy-crash-'));
  const children: ChildProcess[] = [];
  const laravel = createLaravelServer({
    limit: LIMIT,
    windowMs: WINDOW_MS,
    expiry: 'exact',
    remaining: 'after-controller',
    now: () => performance.timeOrigin + performance.now(),
  });
  const server = createServer((_request, response) => {
    const received = laravel.receive();
    setTimeout(() => {
      const { status, headers } = received.answer();
      response.writeHead(status, Object.fromEntries(headers)).end('{}');
    }, random() * 20);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  onTestFinished(async () => {
    for (const child of children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(): ChildProcess {
    const script = fileURLToPath(new URL('support/caller.js', import.meta.url));
    const task = { url, folder, limit: LIMIT, windowMs: WINDOW_MS, callers: CALLERS };
    const child = fork(script, [JSON.stringify(task)], { execArgv: [] });
    children.push(child);
    return child;
  }

  /** Disturbs the processes once per window and returns the server's count of each window. */
  async function run(disturb: (running: ChildProcess[]) => Promise<void>): Promise<readonly number[]> {
    const running = Array.from({ length: PROCESSES }, start);
    while (laravel.windows.length < 1) await sleep(10);
    while (laravel.windows.length < WINDOWS + 1) {
      await sleep(random() * WINDOW_MS);
      await disturb(running);
    }
    // The first is a start, the last one may not be over.
    return laravel.windows.slice(1, -1);
  }
  const pick = (running: readonly ChildProcess[]) => Math.floor(random() * running.length);
  return { laravel, random, start, run, pick };
}

test.concurrent(
  'processes killed at any moment cause no refusal and no stuck caller, and lose only their own permits',
  async ({ expect, onTestFinished }) => {
    const { laravel, start, run, pick } = await startScene(onTestFinished);
    let killed = 0;
    const windows = await run(async (running) => {
      const at = pick(running);
      running[at]?.kill('SIGKILL');
      killed += 1;
      running[at] = start();
    });
    expect(laravel.rejected).toBe(0);
    const used = windows.reduce((sum, n) => sum + n, 0);
    // Its permits are lost, at most one for each of its callers; the others used the rest.
    expect(used).toBeGreaterThanOrEqual(windows.length * LIMIT - killed * CALLERS);
    expect(Math.min(...windows)).toBeGreaterThan(0);
  },
);

test.concurrent(
  'processes stopped for up to a window cause no refusal',
  async ({ expect, onTestFinished }) => {
    const { laravel, random, run, pick } = await startScene(onTestFinished);
    const windows = await run(async (running) => {
      const child = running[pick(running)];
      child?.kill('SIGSTOP');
      await sleep(WINDOW_MS * (0.5 + random() / 2));
      child?.kill('SIGCONT');
    });
    expect(laravel.rejected).toBe(0);
    expect(Math.min(...windows)).toBeGreaterThan(0);
  },
);
