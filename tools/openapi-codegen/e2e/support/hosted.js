// @ts-check
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProcess } from '@wemasy-orders/acceptance/start-process';

/** @import { Result } from './server.js' */

/**
 * @typedef {object} Shop
 * @property {string} account
 * @property {string} apiToken
 * @property {string} [personalData] what its callers see of the customers' data
 * @property {readonly { name: string, scope: string }[]} machines who calls for it
 */

/**
 * A built server for many shops over HTTP, whose callers are machines.
 *
 * @param {string} file
 * @param {string} apiUrl
 * @param {readonly Shop[]} shops
 */
export async function startHosted(file, apiUrl, shops) {
  const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-shops-'));
  const entries = shops.map(({ account, apiToken, personalData, machines }) => ({
    entry: {
      account,
      api_token_file: `${account}.token`,
      ...(personalData === undefined ? {} : { personal_data: personalData }),
      secrets: machines.map(({ name, scope }) => ({
        name,
        sha256: createHash('sha256').update(secretOf(name)).digest('hex'),
        scopes: [scope],
      })),
    },
    apiToken,
  }));
  for (const { entry, apiToken } of entries) await writeFile(join(folder, entry.api_token_file), apiToken);
  await writeFile(join(folder, 'shops.json'), JSON.stringify({ shops: entries.map(({ entry }) => entry) }));
  const { url, stop } = await startProcess(file, ['--http', '0'], {
    WEMASY_API_URL: apiUrl,
    WEMASY_AUTH: 'token',
    WEMASY_PUBLIC_URL: 'http://127.0.0.1/mcp',
    WEMASY_SHOPS: join(folder, 'shops.json'),
    WEMASY_STATE: 'memory',
    WEMASY_MAX_WAIT_MS: '0',
    WEMASY_MAX_CALLS_PER_PRINCIPAL: '100',
    WEMASY_DRAIN_MS: '0',
    WEMASY_LOG_LEVEL: 'silent',
  });
  return {
    /** What a machine asks. @param {string} name @returns {(method: string, params: object) => Promise<Result>} */
    as: (name) => async (method, params) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${secretOf(name)}`,
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      const text = await response.text();
      const { result } = JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text);
      if (result === undefined) throw new Error(text);
      return result;
    },
    async end() {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** @param {string} name */
function secretOf(name) {
  return `secret-of-${name}-which-is-long-enough`;
}
