import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigurationError, isOrdersError } from '@wemasy-orders/client';
import type { PersonalData } from '@wemasy-orders/presentation';
import type { Log } from '@wemasy-orders/runtime';
import type { Clock } from '@wemasy-orders/state';
import type { MachineSecret } from '../shop.js';
import type { Identity, ShopAccess } from './linked-shops.js';
import { type FileShop, parseShopsFile, type ShopsFile, tokenIn } from './shops-file.js';

/** The shops that the operator has linked. Edits of the file and of the token files count within a second. */
export interface FileShops {
  find(identity: Identity): Promise<ShopAccess | undefined>;
  secretWith(sha256: string): Promise<MachineSecret | undefined>;
}

export interface FileShopsOptions {
  readonly path: string;
  /** For shops whose entry says nothing. */
  readonly personalData: PersonalData;
  readonly log: Pick<Log, 'info' | 'error'>;
  readonly clock: Clock;
}

/** How long a file is taken for unchanged, in ms. */
const freshMs = 1_000;

/** @throws {ConfigurationError} with all faults of the file and of the token files */
export async function openFileShops({
  path,
  personalData,
  log,
  clock,
}: FileShopsOptions): Promise<FileShops> {
  const watched = { log, clock };
  const tokenFiles = new Map<string, WatchedFile<string>>();
  const shops = await watchFile(path, watched, async (text): Promise<ShopsFile> => {
    const parsed = parseShopsFile(text);
    const faults: string[] = [];
    const paths = new Set(parsed.shops.map(pathOf));
    for (const each of paths) {
      if (tokenFiles.has(each)) continue;
      try {
        tokenFiles.set(each, await watchFile(each, watched, async (content) => tokenIn(content, each)));
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        faults.push(...error.faults);
      }
    }
    if (faults.length > 0) throw new ConfigurationError(...faults);
    for (const each of tokenFiles.keys()) if (!paths.has(each)) tokenFiles.delete(each);
    return parsed;
  });

  function pathOf({ tokenFile }: FileShop): string {
    return resolve(dirname(path), tokenFile);
  }

  return {
    async find(identity) {
      const shop = (await shops.present()).shopOf(identity);
      const file = shop && tokenFiles.get(pathOf(shop));
      if (shop === undefined || file === undefined) return undefined;
      return {
        account: shop.account,
        token: await file.present(),
        personalData: shop.personalData ?? personalData,
        readOnly: shop.readOnly,
      };
    },
    secretWith: async (sha256) => (await shops.present()).secretWith(sha256),
  };
}

interface WatchedFile<Content> {
  /** Looks at the file, if that was long ago. */
  present(): Promise<Content>;
}

/**
 * Reads a file, and reads it again when it has changed. Where the new content is faulty, the last good one stays.
 *
 * @throws {ConfigurationError} where the first content is faulty
 */
async function watchFile<Content>(
  path: string,
  { log, clock }: Pick<FileShopsOptions, 'log' | 'clock'>,
  parse: (text: string) => Promise<Content>,
): Promise<WatchedFile<Content>> {
  let mark = markOf(path);
  let content = await parse(await read(path));
  let looked = clock.monotonic();
  let looking: Promise<void> | undefined;

  async function readAgain(): Promise<void> {
    try {
      content = await parse(await read(path));
      log.info('a file of the shops was read again', { path });
    } catch (error) {
      if (!isOrdersError(error)) throw error;
      log.error('a file of the shops is faulty; what it said before still counts', {
        path,
        faults: error instanceof ConfigurationError ? error.faults : [error.message],
      });
    }
  }

  return {
    async present() {
      if (looking === undefined && clock.monotonic() - looked > freshMs) {
        looked = clock.monotonic();
        const before = mark;
        mark = markOf(path);
        if (mark !== before) looking = readAgain().finally(() => (looking = undefined));
      }
      await looking;
      return content;
    },
  };
}

/** Changes with every edit; also where a link in the path leads to another file, as in Kubernetes. */
function markOf(path: string): string {
  try {
    // Every shop's file is looked at once a second: asynchronously, that takes twenty times as long.
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return codeOf(error);
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`WEMASY_SHOPS: ${path} cannot be read (${codeOf(error)}).`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
