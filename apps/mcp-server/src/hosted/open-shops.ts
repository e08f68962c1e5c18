import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '@wemasy-orders/client';
import { createHttpFetch } from '@wemasy-orders/client/node';
import type { Caller } from '@wemasy-orders/order-sync';
import { createLog, defaultStatePlace, type Machine, openStore } from '@wemasy-orders/runtime';
import type { HostedConfig } from '@wemasy-orders/runtime/hosted';
import { type Clock, createMemoryStore } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';
import type { Link } from './link/link.js';
import { isLinkPath, linkPath } from './link/link-path.js';
import type { Shops } from './shop.js';
import { connectShop } from './shops/connect-shop.js';
import { openFileShops } from './shops/file-shops.js';
import { withGroupedUpdates } from './shops/grouped-updates.js';
import { openKeyFile } from './shops/key-file.js';
import { createLinkedShops, type ShopAccess } from './shops/linked-shops.js';
import { createShopServices } from './shops/shop-services.js';
import { withSharedReadings } from './shops/shared-readings.js';

export interface OpenShopsOptions {
  readonly config: HostedConfig;
  /** Where the anchor of the journals is kept. */
  readonly machine: Machine;
  /** Who is written into the journals as having asked for a sync. */
  readonly caller: Caller;
  readonly clock: Clock;
  /** Takes a line of the log. */
  readonly writeLog: (line: string) => void;
  /** How long a call may take, in ms. */
  readonly longestCallMs: number;
}

/** How long the services of a shop without calls are kept, in ms. */
const keepMs = 10 * 60_000;
/** Shops that have services at once; each takes some 30 kB of heap. */
const mostShops = 5_000;

/**
 * The shops of a hosted server: those of the operator's file, and those that identities linked themselves.
 *
 * @throws {ConfigurationError} with all faults of the files that the settings name
 */
export async function openShops(options: OpenShopsOptions): Promise<Shops> {
  const { config, machine, caller, clock, writeLog, longestCallMs } = options;
  const { WEMASY_API_URL: apiUrl, WEMASY_SHOPS: shopsFile, WEMASY_KEY_FILE: keyFile } = config;
  const { WEMASY_OAUTH_CLIENT_SECRET_FILE: secretFile, WEMASY_OAUTH_ISSUER: issuer } = config;
  const log = createLog({
    level: config.WEMASY_LOG_LEVEL,
    write: writeLog,
    now: () => clock.now(),
    secrets: [],
  });
  const onWarning = ({ message }: { readonly message: string }) => {
    log.warn(message);
  };
  const faults: string[] = [];
  const collect = (error: unknown) => {
    if (!(error instanceof ConfigurationError)) throw error;
    faults.push(...error.faults);
    return undefined;
  };
  const keys =
    keyFile === undefined ? undefined : await openKeyFile(() => readFile(keyFile, 'utf8')).catch(collect);
  const fileShops =
    shopsFile === undefined
      ? undefined
      : await openFileShops({
          path: shopsFile,
          personalData: config.WEMASY_PERSONAL_DATA,
          log,
          clock,
        }).catch(collect);
  const clientSecret = secretFile === undefined ? undefined : await readSecret(secretFile).catch(collect);
  if (faults.length > 0 || config.state === undefined) throw new ConfigurationError(...faults);

  const acceptVolatile = config.WEMASY_ACCEPT_VOLATILE_JOURNAL;
  const store = await openStore(config.state, { clock, onWarning, acceptVolatile });
  const openFolder = (folder: string) => createFolderStore({ folder, clock, onWarning });
  const anchorPlace = config.state.kind === 'memory' ? undefined : defaultStatePlace(machine);
  // Where no file can be kept, what one shop has seen of the journal still serves all shops of this process.
  const anchorStore =
    anchorPlace?.kind === 'folder' ? openFolder(anchorPlace.folder) : createMemoryStore({ clock });
  const shopStores = {
    store: withSharedReadings(store, { clock, isShared: (key) => key.endsWith('/accounts') }),
    // Each order that is sent is remembered there, whichever shop it is of.
    anchorStore: withGroupedUpdates(anchorStore),
  };

  // Its connections serve all shops: each alone would mostly open a new one for a call.
  const fetch = createHttpFetch({ clock });
  const services = createShopServices({
    connect: (account) =>
      connectShop(account, {
        config,
        ...shopStores,
        openFolder: (folder) => (existsSync(folder) ? openFolder(folder) : undefined),
        fetch,
        writeLog,
        clock,
        caller,
      }),
    log,
    clock,
    keepMs,
    most: mostShops,
    longestCallMs,
  });
  const linkedShops = keys && createLinkedShops({ store, keys, apiUrl, clock });

  const publicOrigin = new URL(config.WEMASY_PUBLIC_URL).origin;
  let link: Promise<Link | undefined> | undefined;

  async function openLink(): Promise<Link | undefined> {
    if (keys === undefined || linkedShops === undefined || issuer === undefined) return undefined;
    const { createLink } = await import('./link/link.js');
    return createLink({
      publicOrigin,
      issuer,
      clientId: config.WEMASY_OAUTH_CLIENT_ID,
      clientSecret,
      keys,
      links: linkedShops,
      operatorsShop: async (identity) => await fileShops?.find(identity),
      servicesOf: (account) => services.of(account),
      store,
      defaults: { personalData: config.WEMASY_PERSONAL_DATA, readOnly: config.WEMASY_READ_ONLY },
      log,
      clock,
    });
  }

  return {
    async shopOf(principal) {
      const access: ShopAccess | undefined =
        (await fileShops?.find(principal)) ??
        (principal.kind === 'oauth' ? await linkedShops?.find(principal) : undefined);
      if (access === undefined) return undefined;
      return {
        personalData: access.personalData,
        readOnly: access.readOnly || config.WEMASY_READ_ONLY,
        services: async () => services.of(access),
      };
    },
    secretWith: async (sha256) => await fileShops?.secretWith(sha256),
    async respond(request) {
      if (!isLinkPath(new URL(request.url).pathname)) return undefined;
      link ??= openLink();
      return await (await link)?.respond(request);
    },
    linkPage: linkedShops && issuer !== undefined ? `${publicOrigin}${linkPath}` : undefined,
    async close() {
      await services.close();
      await store.close();
      await anchorStore.close();
    },
  };
}

async function readSecret(path: string): Promise<string> {
  const variable = 'WEMASY_OAUTH_CLIENT_SECRET_FILE';
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ConfigurationError(`${variable} names a file that cannot be read${reason}.`);
  }
  if (text.trim() === '') throw new ConfigurationError(`${variable} names a file that is empty.`);
  return text.trim();
}
