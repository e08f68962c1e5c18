import { posix, win32 } from 'node:path';
import { type Clock, createMemoryStore, type ListableStore } from '@wemasy-orders/state';
import { createFolderStore } from '@wemasy-orders/state/folder';

/** Where processes share budget and journal. */
export type StatePlace =
  | { readonly kind: 'memory' }
  | { readonly kind: 'folder'; readonly folder: string }
  /** The address may hold a password. */
  | { readonly kind: 'redis'; readonly url: string };

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Understands the setting; undefined where it is none of the three. */
export function parseStatePlace(text: string, { platform, home }: Machine): StatePlace | undefined {
  if (text === 'memory') return { kind: 'memory' };
  if (/^rediss?:\/\/./.test(text)) return URL.canParse(text) ? { kind: 'redis', url: text } : undefined;
  const path = platform === 'win32' ? win32 : posix;
  const folder = text.replace(/^~(?=$|[\\/])/, home);
  return path.isAbsolute(folder) ? { kind: 'folder', folder: path.normalize(folder) } : undefined;
}

/**
 * The user's state folder. It depends on nothing that differs between the assistants of one user, who may start the
 * server with other working and temporary folders, since they must share it.
 */
export function defaultStatePlace({ platform, home, environment }: Machine): StatePlace {
  const path = platform === 'win32' ? win32 : posix;
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    win32: environment['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'),
    darwin: path.join(home, 'Library', 'Application Support'),
  };
  const base = folders[platform] ?? (environment['XDG_STATE_HOME'] || path.join(home, '.local', 'state'));
  return { kind: 'folder', folder: path.join(base, 'wemasy-orders') };
}

/** The place in words, without a password. */
export function describeStatePlace(place: StatePlace): string {
  switch (place.kind) {
    case 'memory':
      return 'memory of this process, shared with nobody';
    case 'folder':
      return `folder ${place.folder}`;
    case 'redis':
      return `Redis at ${new URL(place.url).host}`;
  }
}

export interface OpenStoreOptions {
  readonly clock: Clock;
  readonly onWarning: (warning: { readonly message: string }) => void;
}

/** Opens the store. The client of Redis is large and loaded only where it is wanted. */
export async function openStore(
  place: StatePlace,
  { clock, onWarning }: OpenStoreOptions,
): Promise<ListableStore> {
  switch (place.kind) {
    case 'memory':
      return createMemoryStore({ clock });
    case 'folder':
      return createFolderStore({ folder: place.folder, clock, onWarning });
    case 'redis': {
      const { createRedisStore } = await import('@wemasy-orders/state/redis');
      return createRedisStore({ url: place.url });
    }
  }
}
