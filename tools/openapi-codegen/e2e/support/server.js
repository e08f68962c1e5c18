// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {{ properties: Record<string, { items: { enum: string[] } }> }} inputSchema
 * @property {object} outputSchema
 */

/**
 * What `tools/list` and `tools/call` of `list_orders` answer, as far as these tests read it.
 *
 * @typedef {object} Result
 * @property {Tool[]} tools
 * @property {{ columns: string[], rows: unknown[][], constant?: object }} structuredContent
 * @property {{ text: string }[]} content
 * @property {boolean} [isError]
 */

/** A built server over stdio. @param {string} file @param {Record<string, string>} env */
export async function startServer(file, env) {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
  const exited = once(child, 'exit');
  /** @type {Map<number, (message: { result?: Result, error?: unknown }) => void>} */
  const waiting = new Map();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
  });
  let lastId = 0;
  /** @param {string} method @param {object} params @returns {Promise<Result>} */
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      const id = (lastId += 1);
      waiting.set(id, ({ result, error }) =>
        result === undefined ? reject(new Error(JSON.stringify(error))) : resolve(result),
      );
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  await request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'e2e', version: '1' },
  });
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  return {
    request,
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}
