// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * A server to be started over stdio.
 *
 * @typedef {object} ServerCommand
 * @property {string} command
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} [environment] added to the bare one
 * @property {string} [protocolVersion] that the client asks for
 */

/**
 * What a server answers, as far as it is looked at here.
 *
 * @typedef {object} Result
 * @property {readonly object[]} [tools]
 * @property {readonly { readonly text?: string }[]} [content]
 * @property {object} [structuredContent]
 * @property {boolean} [isError]
 */

/**
 * An assistant's side of the protocol, hand-made, so that it costs nothing worth mentioning.
 *
 * @typedef {object} Session
 * @property {number} startedAt when the process was spawned, by performance.now()
 * @property {number} pid
 * @property {(method: string, params?: object) => Promise<Result>} request resolves with the result
 * @property {() => Promise<void>} close ends stdin and waits for the process
 */

/** The bare environment: much of what can stand in a full one, `NODE_EXTRA_CA_CERTS` above all, slows Node's start. */
export const bareEnvironment = Object.fromEntries(
  ['PATH', 'HOME', 'SystemRoot'].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  ),
);

/**
 * Spawns a server and shakes hands.
 *
 * @param {ServerCommand} server
 * @returns {Promise<Session>}
 */
export async function open({ command, args, environment = {}, protocolVersion = '2025-06-18' }) {
  const startedAt = performance.now();
  const child = spawn(command, args, {
    env: { ...bareEnvironment, ...environment },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  /** @type {Map<number, { resolve: (result: Result) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line);
    const caller = waiting.get(id);
    if (caller === undefined) return;
    waiting.delete(id);
    if (error === undefined) caller.resolve(result);
    else caller.reject(new Error(JSON.stringify(error)));
  });
  void exited.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${args.join(' ')} ended`));
  });
  let sent = 0;
  const send = (/** @type {object} */ message) =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const request = (/** @type {string} */ method, params = {}) =>
    new Promise((resolve, reject) => {
      sent += 1;
      waiting.set(sent, { resolve, reject });
      send({ id: sent, method, params });
    });
  await request('initialize', {
    protocolVersion,
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  });
  send({ method: 'notifications/initialized' });
  return {
    startedAt,
    pid: child.pid ?? 0,
    request,
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

/**
 * Memory of a process in MB (10^6 bytes): what it holds now, and the most it ever held. Linux only; elsewhere NaN.
 *
 * @param {number} pid
 */
export function memoryOf(pid) {
  const status = process.platform === 'linux' ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  const megabytes = (/** @type {string} */ field) =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { resident: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}
