import { dirname, join, resolve } from 'node:path';
import { systemClock, type Clock } from './machine.js';
import { FolderUnusableError, StoreClosedError } from './errors.js';
import {
  createAccess,
  filePathOf,
  hasFolder,
  keySegmentOf,
  MAX_RECORD_BYTES,
  readRegularFile,
} from './folder/files.js';
import { createLockManager, type Lock } from './folder/lock.js';
import { errorCode, ignoreErrors, isNetworkDisk, nodeSystem, type FolderSystem } from './folder/system.js';
import { checkGeneration, openGeneration, readGeneration } from './generation.js';
import type {
  Generation,
  GenerationGuard,
  ListableStore,
  StoreTime,
  UpdateOptions,
  Updater,
} from './state-store.js';

export { FolderUnusableError } from './errors.js';
export type { FileSystem, FolderSystem } from './folder/system.js';

/** Where a folder store is; only the folder is required. */
export interface FolderStoreOptions {
  /** Absolute path; created at the first update. All processes that share it run on one machine. */
  readonly folder: string;
  /** Time, for tests; default: the system's. */
  readonly clock?: Clock;
  /** Gets what needs no reaction, for logs. */
  readonly onWarning?: (warning: FolderWarning) => void;
  /** For tests: another operating system, or a disk that fails. */
  readonly system?: FolderSystem;
}

/** Something that the store has mended itself. */
export interface FolderWarning {
  /** `damaged-record`: a record is no JSON. A copy was put beside it, and the next update replaces it. */
  readonly code: 'damaged-record';
  /** One sentence for people. */
  readonly message: string;
  /** What reading the record threw. */
  readonly cause?: unknown;
}

/** A record's file and its lock, as this process reaches them. */
interface RecordFile {
  /** Path of the file, without its extension. */
  readonly path: string;
  /** Where its lock is. */
  readonly lock: string;
}

type Outcome<T> = { readonly result: T } | { readonly thrown: unknown };

/** An updater's outcome, and the text to write if there is anything to write. */
type Applied<T> = Outcome<T> & { readonly text?: string };

const EXTENSION = '.json';
/** How many times a lock that was broken is taken again. */
const MAX_ATTEMPTS = 8;

/**
 * Keeps each record in a JSON file of its own that people can read, for any number of processes of one machine.
 *
 * Only their owner can read the files (0600 in folders of 0700). A folder with `chmod g+ws` is shared by its group, and
 * files follow it (0660 in folders of 2770). Processes share records whatever path they use to reach the folder: a link,
 * a bind mount, another spelling.
 *
 * A process may be killed at any moment: a record is either the old one or the new one, and the next process continues
 * at once. If a record is damaged (power cut, editor), the updater gets its text.
 *
 * Where the folder cannot be used (forbidden, read-only, full, gone, on a network disk) or a record is no regular file,
 * updates reject with a `FolderUnusableError` that says why; the next update tries again. A folder that disappears is
 * not created again while the store is open, since it may come back.
 */
export function createFolderStore(options: FolderStoreOptions): ListableStore {
  const { clock = systemClock, onWarning, system = nodeSystem() } = options;
  const folder = resolve(options.folder);
  const { fs } = system;
  const locksFolder = join(folder, '.locks');
  const access = createAccess(system);
  const locks = createLockManager({ locksFolder, system, access, clock, isClosed: () => closed });
  /** Folders of records that are no links. */
  const realFolders = new Set<string>();
  /** Permits use one record again and again. */
  let lastFile: (RecordFile & { readonly key: string }) | undefined;
  let isOpen = false;
  let closed = false;

  /** @throws ENOENT where there is no folder */
  function openFolder(): void {
    access.follow(folder);
    if (isNetworkDisk(folder, system)) {
      throw new Error('it is on a network disk, where locks cannot be trusted');
    }
    isOpen = true;
  }

  async function onDisk<T>(file: RecordFile, action: (lock: Lock) => T): Promise<T> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        if (!isOpen) openFolder();
        return await locks.hold(file.lock, `${file.path}${EXTENSION}`, action);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || attempts === MAX_ATTEMPTS) throw error;
        // The locks were removed, or the lock was held too long and broken.
        if (isOpen && fs.statSync(folder, { throwIfNoEntry: false }) === undefined) {
          throw new Error('it has disappeared', { cause: error });
        }
        access.createFolders(locksFolder);
      }
    }
  }

  function fileOf(key: string): RecordFile {
    if (lastFile?.key !== key) lastFile = { key, ...fileAt(filePathOf(key)) };
    return lastFile;
  }

  function fileAt(names: readonly string[]): RecordFile {
    return { path: join(folder, ...names), lock: locks.placeOf(names.join('/')) };
  }

  /** Synchronous: nothing else of this process runs while it has the lock. */
  function exchange<T>(lock: Lock, file: RecordFile, updater: Updater<T>, durable: boolean): Applied<T> {
    requireRealFolders(file, durable);
    const text = readText(file);
    const outcome = apply(updater, parse(text, file));
    if ('thrown' in outcome) return outcome;
    if (outcome.text !== undefined && (durable || outcome.text !== text)) {
      // The first record of its kind.
      if (text === undefined) access.createFolders(dirname(file.path));
      lock.commit(outcome.text, durable);
      if (durable) access.flushEntry(file.path);
    }
    return outcome;
  }

  /**
   * A link between the folder and a record would give the record two names, and two locks.
   *
   * @param again whether to look again at folders that were looked at before
   */
  function requireRealFolders({ path }: RecordFile, again: boolean): void {
    for (let parent = dirname(path); parent.length > folder.length; parent = dirname(parent)) {
      if (!again && realFolders.has(parent)) return;
      // There is none until a record is written there.
      if (hasFolder(system, parent)) realFolders.add(parent);
    }
  }

  function apply<T>(updater: Updater<T>, record: unknown): Applied<T> {
    try {
      const updated = updater(record, readTime());
      if (updated.record === record) return { result: updated.result };
      // An empty record means none: deleting a file and releasing its lock cannot be one step.
      const text = `${JSON.stringify(updated.record ?? null, null, 2)}\n`;
      if (Buffer.byteLength(text) > MAX_RECORD_BYTES) {
        throw new RangeError(`A record must not be larger than ${MAX_RECORD_BYTES} bytes`);
      }
      return { result: updated.result, text };
    } catch (error) {
      return { thrown: error };
    }
  }

  const readText = ({ path }: RecordFile) => readRegularFile(system, `${path}${EXTENSION}`);

  function parse(text: string | undefined, { path }: RecordFile): unknown {
    if (text === undefined) return undefined;
    try {
      const record: unknown = JSON.parse(text);
      return record ?? undefined;
    } catch (cause) {
      const message = `${path}${EXTENSION} is damaged; ${keepCopy(`${path}.damaged`, text)}`;
      onWarning?.({ code: 'damaged-record', message, cause });
      return text;
    }
  }

  /** @returns a clause that says where the copy is, or why there is none */
  function keepCopy(path: string, text: string): string {
    ignoreErrors(() => fs.unlinkSync(path));
    try {
      const file = access.createFile(path);
      try {
        fs.writeFileSync(file, text);
      } finally {
        fs.closeSync(file);
      }
      return `what was found is in ${path}`;
    } catch {
      return 'what was found could not be copied';
    }
  }

  function readTime(): StoreTime {
    const { bootId } = system;
    return { wallMs: clock.now(), monotonicMs: clock.monotonic(), ...(bootId !== undefined && { bootId }) };
  }

  /** Runs `action` with the record's lock; what it returns is the outcome, what it throws is a fault of the disk. */
  async function inFolder<T>(file: RecordFile, action: (lock: Lock) => Outcome<T>): Promise<T> {
    refuseClosed();
    const outcome = await onDisk(file, action).catch((cause: unknown) => {
      throw closed ? cause : unusable(cause);
    });
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome.result;
  }

  function unusable(cause: unknown): FolderUnusableError {
    return new FolderUnusableError(folder, describe(cause, system), { code: errorCode(cause), cause });
  }

  function refuseClosed(): void {
    if (closed) throw new StoreClosedError();
  }

  async function update<T>(
    key: string,
    updater: Updater<T>,
    { durable = false }: UpdateOptions = {},
  ): Promise<T> {
    const file = fileOf(key);
    return await inFolder(file, (lock) => exchange(lock, file, updater, durable));
  }

  /** While the record's lock is held, so that it is found where the update goes. */
  function findGeneration(guard: GenerationGuard): Outcome<Generation> {
    const file = fileOf(guard.key);
    requireRealFolders(file, true);
    const record = parse(readText(file), file);
    try {
      return { result: checkGeneration(guard, record) };
    } catch (error) {
      return { thrown: error };
    }
  }

  // When the store is created, since no caller waits yet; at the first use, where there is no folder yet.
  ignoreErrors(openFolder);
  return {
    update,
    async updateGuarded(key, updater, guard) {
      const file = fileOf(key);
      return await inFolder(file, (lock) => {
        const generation = findGeneration(guard);
        if ('thrown' in generation) return generation;
        const outcome = exchange(lock, file, updater, true);
        if ('thrown' in outcome) return outcome;
        const isUnchanged = outcome.text === undefined && { isUnchanged: true as const };
        return { result: { result: outcome.result, generation: generation.result, ...isUnchanged } };
      });
    },
    openGeneration: (key) => openGeneration({ update }, key),
    readGeneration: (key) => readGeneration({ update }, key),
    async keys(prefix) {
      refuseClosed();
      return keysIn(fileOf(prefix), prefix);
    },
    async healthCheck() {
      refuseClosed();
      const file = fileAt([`trial-${system.pid}`]);
      const remove = () => fs.unlinkSync(`${file.path}${EXTENSION}`);
      try {
        await onDisk(file, (lock) => {
          lock.commit('{}\n', true);
          access.flushEntry(file.path);
          remove();
        });
        return undefined;
      } catch (error) {
        ignoreErrors(remove);
        return describe(error, system);
      }
    },
    async place(generationKey) {
      refuseClosed();
      const generation = fs.lstatSync(`${fileOf(generationKey).path}${EXTENSION}`, {
        bigint: true,
        throwIfNoEntry: false,
      });
      const isThere = fs.statSync(folder, { throwIfNoEntry: false }) !== undefined;
      return {
        description: isThere ? fs.realpathSync.native(folder) : folder,
        ...(generation && { file: `${generation.dev}:${generation.ino}` }),
      };
    },
    async persistence() {
      return { kind: 'lasting', description: 'every durable update is flushed to the disk' };
    },
    async close() {
      closed = true;
      locks.close();
    },
  };

  function keysIn({ path }: RecordFile, prefix: string): string[] {
    let names: string[];
    try {
      names = hasFolder(system, path) ? fs.readdirSync(path) : [];
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw unusable(error);
    }
    // Other files may be there too, e.g. copies of damaged records.
    return names.flatMap((name) => {
      const segment = name.endsWith(EXTENSION) ? keySegmentOf(name.slice(0, -EXTENSION.length)) : undefined;
      return segment === undefined ? [] : [`${prefix}/${segment}`];
    });
  }
}

/** What is wrong, in a few words. */
function describe(cause: unknown, { platform }: FolderSystem): string {
  switch (errorCode(cause)) {
    case 'EROFS':
      return 'it is on a read-only disk';
    case 'EACCES':
    case 'EPERM':
    case 'EBUSY':
      // Windows does not replace a file that is open.
      return `permission denied${platform === 'win32' ? ', or another program has a file of it open' : ''}`;
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EXDEV':
      return 'a part of it is on another disk';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'there is a file where it should be';
    case 'ENOENT':
      // Node's answer when it creates folders in folders on a read-only disk.
      return 'nothing can be created there';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
