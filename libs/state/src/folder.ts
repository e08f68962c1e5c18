import { dirname, join } from 'node:path';
import { systemClock, type Clock } from './clock.js';
import { filePathOf } from './file-names.js';
import { keysInFolder } from './folder-keys.js';
import { checkGeneration, openGeneration, readGeneration } from './generation.js';
import { createLocksmith, type Lock } from './folder-lock.js';
import { attempt, errorCode, nodeSystem, whenNotBusy, type FolderSystem } from './folder-system.js';
import { describeFault, FolderUnusableError } from './folder-unusable-error.js';
import { isNetworkDisk } from './network-disk.js';
import type {
  Generation,
  GenerationGuard,
  ListableStore,
  StoreTime,
  UpdateOptions,
  Updater,
} from './state-store.js';

export type { FileSystem, FolderSystem } from './folder-system.js';
export { FolderUnusableError } from './folder-unusable-error.js';

export interface FolderStoreOptions {
  /** Absolute path; made if it is not there. All processes that share it run on one machine. */
  readonly folder: string;
  readonly clock?: Clock;
  readonly onWarning?: (warning: FolderWarning) => void;
  /** For tests: another operating system, or a disk that fails. */
  readonly system?: FolderSystem;
}

export interface FolderWarning {
  /** `damaged-record`: a record is no JSON. A copy was put beside it, and the next update replaces it. */
  readonly code: 'damaged-record';
  readonly message: string;
  readonly cause?: unknown;
}

type Outcome<T> = { readonly result: T } | { readonly thrown: unknown };

/** How often a folder that disappeared is made, or a lock that was broken is taken again. */
const MOST_ATTEMPTS = 8;

/**
 * Keeps each record in a JSON file of its own that people can read, for any number of processes of one machine.
 *
 * Files are for their owner only (0600 in folders of 0700). A process may be killed at any moment: a record is
 * either the old one or the new one, and the next process goes on at once. Of a record that is damaged (power
 * cut, somebody's editor) the updater gets the text that was found.
 *
 * Where the folder cannot be used (forbidden, read-only, full, on a network disk) updates reject with a
 * `FolderUnusableError` that says why; the next one tries again. Whoever can do without the record for a while has to say
 * so itself.
 */
export function createFolderStore(options: FolderStoreOptions): ListableStore {
  const { folder, clock = systemClock, onWarning, system = nodeSystem() } = options;
  const { fs } = system;
  const workshop = join(folder, '.locks');
  /** Folders with entries that a power cut may still take. */
  const unsynced = new Set<string>();
  let isTrusted = false;
  let closed = false;
  const locksmith = createLocksmith({ workshop, system, clock, isClosed: () => closed });

  /** When the store is made, as nobody waits for a record yet; at the first use, where there was no folder before. */
  function checkDisk(): void {
    if (isNetworkDisk(folder, system)) {
      throw new Error('it is on a network disk, where locks cannot be trusted');
    }
    isTrusted = true;
  }

  async function onDisk<T>(path: string, action: (lock: Lock) => T): Promise<T> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        if (!isTrusted) checkDisk();
        return await locksmith.hold(`${path}.json`, action);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || attempts === MOST_ATTEMPTS) throw error;
        // Somebody removed the folder, or the lock was held too long and broken.
        makeFolder(workshop);
      }
    }
  }

  /** With the folders that it is in, one by one: for all at once Node 20 does not end where none can be made, as in /proc. */
  function makeFolder(path: string): void {
    const parent = dirname(path);
    try {
      makeIn(parent, path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || parent === path) throw error;
      makeFolder(parent);
      makeIn(parent, path);
    }
  }

  function makeIn(parent: string, path: string): void {
    try {
      fs.mkdirSync(path, { mode: 0o700 });
      unsynced.add(parent);
    } catch (error) {
      // It was there, or somebody else was faster.
      if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
    }
  }

  /** Synchronous: nothing else of this process runs while it has the lock. */
  function exchange<T>(lock: Lock, path: string, updater: Updater<T>, durable: boolean): Outcome<T> {
    const text = readText(path);
    const outcome = apply(updater, parse(text, path));
    if ('thrown' in outcome) return outcome;
    if (outcome.text !== undefined && (durable || outcome.text !== text)) {
      // The first record of its kind.
      if (text === undefined) makeFolder(dirname(path));
      lock.commit(outcome.text, durable);
      if (durable) syncEntry(path);
    }
    return outcome;
  }

  /** The result, and the text to write if there is anything to write. */
  function apply<T>(updater: Updater<T>, record: unknown): Outcome<T> & { text?: string } {
    try {
      const updated = updater(record, readTime());
      if (updated.record === record) return { result: updated.result };
      // An empty record stands for none: a file cannot be deleted and its lock be let go in one step.
      return { result: updated.result, text: `${JSON.stringify(updated.record ?? null, null, 2)}\n` };
    } catch (error) {
      return { thrown: error };
    }
  }

  function readText(path: string): string | undefined {
    try {
      return whenNotBusy(system, () => fs.readFileSync(`${path}.json`, 'utf8'));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  function parse(text: string | undefined, path: string): unknown {
    if (text === undefined) return undefined;
    try {
      const record: unknown = JSON.parse(text);
      return record ?? undefined;
    } catch (cause) {
      attempt(() => fs.writeFileSync(`${path}.damaged`, text, { mode: 0o600 }));
      const message = `${path}.json is damaged; what was found is in ${path}.damaged`;
      onWarning?.({ code: 'damaged-record', message, cause });
      return text;
    }
  }

  function readTime(): StoreTime {
    const { bootId } = system;
    return { wallMs: clock.now(), monotonicMs: clock.monotonic(), ...(bootId !== undefined && { bootId }) };
  }

  /** Makes what was renamed to this path last, and the folders that were made for it. */
  function syncEntry(path: string): void {
    for (const directory of unsynced.add(dirname(path))) {
      try {
        syncDirectory(directory);
      } catch (error) {
        // What somebody removed meanwhile has nothing to keep.
        if (errorCode(error) !== 'ENOENT') throw error;
      }
      unsynced.delete(directory);
    }
  }

  /** Windows cannot open a directory and does not need it. */
  function syncDirectory(directory: string): void {
    if (system.platform === 'win32') return;
    const fd = fs.openSync(directory, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  const pathOf = (key: string) => join(folder, ...filePathOf(key));

  /** Runs `action` with the record's lock; what it returns is the outcome, what it throws is a fault of the disk. */
  async function inFolder<T>(path: string, action: (lock: Lock) => Outcome<T>): Promise<T> {
    if (closed) throw new Error('The store is closed');
    const outcome = await onDisk(path, action).catch((cause: unknown) => {
      throw closed ? cause : new FolderUnusableError(folder, cause);
    });
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome.result;
  }

  async function update<T>(
    key: string,
    updater: Updater<T>,
    { durable = false }: UpdateOptions = {},
  ): Promise<T> {
    const path = pathOf(key);
    return await inFolder(path, (lock) => exchange(lock, path, updater, durable));
  }

  /** While the record's lock is held, so that the files are those that the update goes to. */
  function findGeneration(guard: GenerationGuard): Outcome<Generation> {
    const path = pathOf(guard.key);
    const record = parse(readText(path), path);
    try {
      return { result: checkGeneration(guard, record) };
    } catch (error) {
      return { thrown: error };
    }
  }

  attempt(checkDisk);
  return {
    update,
    async updateGuarded(key, updater, guard) {
      const path = pathOf(key);
      return await inFolder(path, (lock) => {
        const found = findGeneration(guard);
        if ('thrown' in found) return found;
        const outcome = exchange(lock, path, updater, true);
        if ('thrown' in outcome) return outcome;
        return { result: { result: outcome.result, generation: found.result } };
      });
    },
    openGeneration: (key) => openGeneration({ update }, key),
    readGeneration: (key) => readGeneration({ update }, key),
    async place(generationKey) {
      const stats = fs.statSync(`${pathOf(generationKey)}.json`, { bigint: true, throwIfNoEntry: false });
      const description = fs.statSync(folder, { throwIfNoEntry: false })
        ? fs.realpathSync.native(folder)
        : folder;
      return { description, ...(stats && { file: `${stats.dev}:${stats.ino}` }) };
    },
    async persistence() {
      return { kind: 'lasting', description: 'each durable update is flushed to the disk' };
    },
    async keys(prefix) {
      if (closed) throw new Error('The store is closed');
      return keysInFolder(fs, folder, prefix);
    },
    async findFault() {
      if (closed) throw new Error('The store is closed');
      const path = join(folder, `trial-${system.pid}`);
      const remove = () => fs.unlinkSync(`${path}.json`);
      try {
        await onDisk(path, (lock) => {
          lock.commit('{}\n', true);
          syncEntry(path);
          remove();
        });
        return undefined;
      } catch (error) {
        attempt(remove);
        return describeFault(error);
      }
    },
    async close() {
      closed = true;
      locksmith.close();
    },
  };
}
