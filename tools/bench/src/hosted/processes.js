// @ts-check
import { fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const serverFile = fileURLToPath(new URL('../../../../apps/mcp-server/dist/main.js', import.meta.url));
const collectorFile = fileURLToPath(new URL('./collect-garbage.cjs', import.meta.url));
const sandboxFile = fileURLToPath(new URL('../../../../apps/sandbox/dist/main.js', import.meta.url));

/** What docs/hosting.md starts a server with; the bare handler gets it too, since it is no merit of ours. */
const serverFlags = ['--min-semi-space-size=16', '--max-semi-space-size=64'];

/**
 * A process that serves MCP.
 *
 * @typedef {object} Served
 * @property {number} pid
 * @property {string} origin
 * @property {() => Promise<void>} kill ends it as a crash would
 * @property {() => Promise<void>} end asks it to end; resolves when it has
 */

/**
 * @param {readonly string[]} command
 * @param {Record<string, string>} env
 * @returns {Promise<Served>}
 */
export async function startServer(command, env) {
  const child = spawn(process.execPath, [...serverFlags, ...command], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(() => {
      throw new Error('the server ended before it listened');
    }),
  ]);
  /** @param {NodeJS.Signals} signal */
  const endWith = (signal) => async () => {
    child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    origin: new URL(String(line).replace(/^.* on /, '')).origin,
    kill: endWith('SIGKILL'),
    end: endWith('SIGTERM'),
  };
}

/**
 * A replica of the built server, as docs/hosting.md starts it.
 *
 * @param {Record<string, string>} env
 * @param {{ canCollect?: boolean }} [options] canCollect: `heapOf` can make it collect its garbage
 * @returns {Promise<Served & { heapFile: string }>}
 */
export async function startReplica(env, { canCollect = false } = {}) {
  const heapFile = join(env['HOME'] ?? '', `heap-${randomUUID()}`);
  const flags = canCollect ? ['--expose-gc', '--require', collectorFile] : [];
  const command = [...flags, serverFile, '--http', '127.0.0.1:0'];
  return { ...(await startServer(command, { ...env, BENCH_HEAP_FILE: heapFile })), heapFile };
}

/** A page of the sandbox's orders, as the API answers with it. @param {number} perPage */
export async function sandboxPage(perPage) {
  const child = spawn(process.execPath, [sandboxFile, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const response = await fetch(`${String(line).replace(/^.* on /, '')}/services/webshop/v1/orders/all`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-full-access', 'content-type': 'application/json' },
    body: JSON.stringify({ per_page: perPage }),
  });
  const page = await response.json();
  child.kill();
  return page;
}

/** @typedef {{ requests: number, tooMany: number, ledger: [key: string, bookings: number][] }} UpstreamFigures */

/** @param {unknown} page what it answers a list with, see upstream.js */
export async function startUpstream(page) {
  const child = fork(fileURLToPath(new URL('./upstream.js', import.meta.url)));
  child.send({ page });
  const [{ url }] = await once(child, 'message');
  return {
    url: String(url),
    /** @returns {Promise<UpstreamFigures>} */
    async figures() {
      child.send({ ask: true });
      const [figures] = await once(child, 'message');
      return figures;
    },
    kill: () => child.kill(),
  };
}

/** Resident memory of a process, in MB (10^6 bytes); 0 where it has just ended. @param {number} pid */
export function memoryOf(pid) {
  let status = '';
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It was killed.
  }
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(status) ?? [];
  return (Number(kilobytes) * 1_024) / 1e6;
}

/**
 * Heap that a replica holds after a full collection, in MB (10^6 bytes); undefined where it has just ended.
 *
 * @param {{ pid: number, heapFile: string }} replica
 */
export async function heapOf({ pid, heapFile }) {
  await rm(heapFile, { force: true });
  try {
    process.kill(pid, 'SIGUSR2');
  } catch {
    return undefined;
  }
  await setTimeout(1_000);
  const bytes = await readFile(heapFile, 'utf8').catch(() => undefined);
  return bytes === undefined ? undefined : Number(bytes) / 1e6;
}

/** CPU time that a process has used, in ms. @param {number} pid */
export function cpuMsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  // utime and stime (proc(5)), in ticks of 10 ms.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Waits as a proxy does until a server says that it is not ready. @param {string} origin */
export async function untilNotReady(origin) {
  for (;;) {
    const response = await fetch(`${origin}/readyz`).catch(() => undefined);
    await response?.text();
    if (response?.status !== 200) return;
    await setTimeout(100);
  }
}
