import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { documentedLimits } from '@wemasy-orders/client/testing';
import { connect, createLog, openStore, readConfig } from '@wemasy-orders/runtime';
import { systemClock } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';

/** The sandbox's token that may do everything. */
export const token = 'sandbox-full-access';
/** The sandbox's shortest window, so that a campaign is over soon. */
export const windowSeconds = 1;

/**
 * Everything that a program needs to send orders, as the apps put it together.
 *
 * @param {object} options
 * @param {string} options.home home folder of the user
 * @param {Record<string, string>} options.environment settings, and what else a client passes on or sets
 * @param {number} options.timeoutMs
 * @param {string} options.app
 * @param {(store: import('@wemasy-orders/state').ListableStore) => import('@wemasy-orders/state').ListableStore} [options.wrapStore]
 * @param {(entry: { message: string, orderId?: number, outcome?: string }) => void} [options.onLog]
 */
export async function createStack({ home, environment, timeoutMs, app, wrapStore, onLog }) {
  const { config, faults } = readConfig({
    flags: {},
    environment: {
      WEMASY_API_TOKEN: token,
      WEMASY_TIMEOUT_MS: String(timeoutMs),
      WEMASY_MAX_WAIT_MS: '600000',
      WEMASY_ANSWER_WITHIN_MS: '600000',
      WEMASY_RATE_LIMITS: documentedLimits(windowSeconds),
      ...environment,
    },
    platform: process.platform,
    home,
    readFile: () => '',
  });
  if (faults.length > 0 || config.state === undefined) throw new Error(faults.join(' '));
  const openFolder = (/** @type {string} */ folder) => createFolderStore({ folder });
  const store = await openStore(config.state, { clock: systemClock, onWarning: () => undefined });
  return connect({
    config,
    journalUrl: config.WEMASY_API_URL,
    store: wrapStore?.(store) ?? store,
    anchorStore: openFolder(join(home, '.wemasy-orders')),
    openFolder: (folder) => (existsSync(folder) ? openFolder(folder) : undefined),
    log: createLog({
      level: 'warn',
      write: (line) => onLog?.(JSON.parse(line)),
      now: Date.now,
      secrets: [token],
    }),
    clock: systemClock,
    caller: { app, version: '0.1.0' },
  });
}
