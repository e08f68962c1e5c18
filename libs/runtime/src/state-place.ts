import { accessSync, constants, existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isAbsolute, join, posix, win32 } from 'node:path';
import { type Clock, createMemoryStore, type ListableStore, parseRedisUrl } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';

/** The folder in the user's home that holds the state by default, and always what this user knows of journals. */
const stateFolderName = '.wemasy-orders';

/** Where processes share allowance and journal. */
export type StatePlace =
  | { readonly kind: 'memory' }
  | { readonly kind: 'folder'; readonly folder: string }
  /** The address may hold a password. */
  | { readonly kind: 'redis'; readonly url: string };

export interface Machine {
  readonly platform: NodeJS.Platform;
  /** The user's home folder, see `userHome`; undefined where the user has none to write to. */
  readonly home: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The home folder that the user database names, whatever the environment says: clients filter, empty and redirect
 * variables, and all processes of one user must find the same folder.
 *
 * @returns undefined for a user without an entry (a container with an arbitrary id), or without a home to write to
 */
export function userHome(): string | undefined {
  try {
    const { homedir: home } = userInfo();
    if (!isAbsolute(home)) return undefined;
    const folder = join(home, stateFolderName);
    accessSync(existsSync(folder) ? folder : home, constants.W_OK);
    return home;
  } catch {
    return undefined;
  }
}

/** Understands the setting, whatever blanks are around it; undefined where it is none of the three. */
export function parseStatePlace(setting: string, { platform, home }: Machine): StatePlace | undefined {
  const text = setting.trim();
  if (text === 'memory') return { kind: 'memory' };
  const path = platform === 'win32' ? win32 : posix;
  const folder = home === undefined ? text : text.replace(/^~(?=$|[\\/])/, home);
  if (path.isAbsolute(folder)) return { kind: 'folder', folder: path.normalize(folder) };
  return parseRedisUrl(text) === undefined ? undefined : { kind: 'redis', url: text };
}

/**
 * The folder in the user's home, on every platform. It depends on nothing that a client filters, empties or redirects,
 * since all processes of one user must share it.
 */
export function defaultStatePlace({ platform, home }: Machine): StatePlace | undefined {
  if (home === undefined) return undefined;
  return { kind: 'folder', folder: (platform === 'win32' ? win32 : posix).join(home, stateFolderName) };
}

/** The place in words, without a password. */
export function describeStatePlace(place: StatePlace): string {
  switch (place.kind) {
    case 'memory':
      return 'memory of this process alone';
    case 'folder':
      return `folder ${place.folder}`;
    case 'redis':
      // Of several servers a URL cannot name the host.
      return `Redis at ${URL.canParse(place.url) ? new URL(place.url).host : (parseRedisUrl(place.url)?.description ?? '')}`;
  }
}

export interface OpenStoreOptions {
  readonly clock: Clock;
  readonly onWarning: (warning: { readonly message: string }) => void;
  /** Use a Redis that may forget, too. */
  readonly acceptVolatile?: boolean;
}

/** Opens the store. The client of Redis is large and loaded only where it is wanted. */
export async function openStore(
  place: StatePlace,
  { clock, onWarning, acceptVolatile = false }: OpenStoreOptions,
): Promise<ListableStore> {
  switch (place.kind) {
    case 'memory':
      return createMemoryStore({ clock });
    case 'folder':
      return createFolderStore({ folder: place.folder, clock, onWarning });
    case 'redis': {
      const { createRedisStore } = await import('@wemasy-orders/state/redis');
      return createRedisStore({ url: place.url, acceptVolatile });
    }
  }
}
