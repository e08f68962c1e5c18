/**
 * A lock that survives the death of its holder, and that a holder which wakes up late cannot break.
 *
 * It is a folder with one token, a file whose name says which process holds the lock, and with the drafts of all
 * processes that want it: each has a file that is to become the new record, named after its process, machine and boot,
 * and a nonce.
 *
 * - **Taken** by renaming the token from `free` to the holder's name. A file can be renamed away only once, so exactly
 *   one process succeeds, and its name is visible from the first moment.
 * - **Committed** by renaming the draft to the record's name. A process without a draft has no lock, so the new record
 *   and the release are one step; renaming the token back to `free` only saves the next process a look.
 * - **Broken**, when the holder is dead, by deleting its draft. If the holder was only suspended, its commit fails and
 *   it starts again. So breaking a lock can cost time but never an update, and no process has to be sure that the holder
 *   is dead.
 * - **Created** by renaming a prepared folder to the lock's name. Only an empty folder can be replaced, so there is never
 *   a second token.
 *
 * Locks stay: creating and removing folders costs more than all the rest. So there are only a few, and records share
 * them.
 */
import type { Clock } from '../machine.js';
import { StoreClosedError } from '../errors.js';
import { createDrafts, type Draft } from './drafts.js';
import { type Access, hasFolder } from './files.js';
import { errorCode, ignoreErrors, pathIn, whenNotBusy, type FolderSystem } from './system.js';

export interface LockManagerOptions {
  /** The folder with the locks; on the same file system as the records. */
  readonly locksFolder: string;
  readonly system: FolderSystem;
  readonly access: Access;
  readonly clock: Clock;
  /** Whether to stop waiting. */
  readonly isClosed: () => boolean;
}

export interface Lock {
  /** Replaces the record and releases the lock, see `Draft.publish`. Throws ENOENT if the lock was broken. */
  commit(text: string, durable: boolean): void;
}

export interface LockManager {
  /**
   * The place of a record's lock.
   *
   * @param name names the record in the same way for every process, whatever path leads there
   */
  placeOf(name: string): string;
  /**
   * Waits for a lock and runs `action` while it is held.
   *
   * @param record path of the record's file, as this process reaches it
   */
  hold<T>(place: string, record: string, action: (lock: Lock) => T): Promise<T>;
  /** Removes the files that this process keeps for later. */
  close(): void;
}

/** Enough that two records rarely share one. */
const LOCKS = 16;
const FREE = 'free';
const HELD = '.held';

/** A holder that is alive and holds a lock this long was suspended: its work takes less than a millisecond. */
const MAX_HOLD_MS = 2_000;
const MAX_WAIT_MS = 30_000;
/** A waiter looks again after a few milliseconds; on a busy machine after some more. */
const MAX_LATENESS_MS = 200;
/** How many times a waiter looks again in the next turn of the event loop: most holders are done by then. */
const QUICK_LOOKS = 20;
const FIRST_PAUSE_MS = 0.5;
const MAX_PAUSE_MS = 4;

/** How many times a lock that was removed is created again. */
const MAX_CREATIONS = 8;

/** Module scope: names must differ between the stores of one process, too. */
const startedAt = process.hrtime.bigint().toString(36);
let nonces = 0;

export function createLockManager(options: LockManagerOptions): LockManager {
  const { locksFolder, system, access, clock, isClosed } = options;
  const { fs, pid } = system;
  const host = hash(system.hostname).toString(36);
  const boot = hash(system.bootId ?? '').toString(36);
  /** How many times this process has used a lock, up to two. */
  const used = new Map<string, number>();
  const drafts = createDrafts(system, access, nextName);

  function nextName(): string {
    nonces += 1;
    return `${pid}-${host}-${boot}-${startedAt}.${nonces}`;
  }

  function isDead(name: string): boolean {
    const [itsPid, itsHost, itsBoot] = name.split('-');
    return itsHost === host && (itsBoot !== boot || !system.isAlive(Number(itsPid)));
  }

  function createLock(place: string): void {
    const prepared = pathIn(locksFolder, nextName());
    access.createFolder(prepared);
    try {
      fs.closeSync(access.createFile(pathIn(prepared, FREE)));
      // Windows does not replace an empty folder.
      if (system.platform === 'win32') ignoreErrors(() => fs.rmdirSync(place));
      fs.renameSync(prepared, place);
    } catch (error) {
      ignoreErrors(() => fs.unlinkSync(pathIn(prepared, FREE)));
      ignoreErrors(() => fs.rmdirSync(prepared));
      // Another process may have created it.
      if (!exists(place)) throw error;
    }
    for (const name of fs.readdirSync(locksFolder)) {
      if (!isDead(name)) continue;
      ignoreErrors(() => fs.unlinkSync(pathIn(pathIn(locksFolder, name), FREE)));
      ignoreErrors(() => fs.rmdirSync(pathIn(locksFolder, name)));
    }
  }

  /** Before the lock is taken: a process that breaks it must find a draft to delete. */
  function openDraft(place: string, record: string): Draft {
    for (let creations = 0; ; creations += 1) {
      try {
        return drafts.open(place, record);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || creations === MAX_CREATIONS) throw error;
        createLock(place);
      }
    }
  }

  /**
   * Removes the drafts of processes that died while they waited. At the second use: a caller waits for the first use of a
   * process that has just started.
   */
  function tidyOnce(place: string): void {
    const uses = used.get(place) ?? 0;
    if (uses > 1) return;
    if (uses === 0) {
      checkFolder(place);
      used.set(place, 1);
      return;
    }
    used.set(place, 2);
    for (const name of fs.readdirSync(place)) {
      if (!name.endsWith(HELD) && isDead(name)) ignoreErrors(() => fs.unlinkSync(pathIn(place, name)));
    }
  }

  /** A lock that a link leads to may be the lock of another store. */
  function checkFolder(place: string): void {
    if (hasFolder(system, locksFolder)) hasFolder(system, place);
  }

  /** Resolves when `name` has the lock. */
  async function waitFor(place: string, name: string): Promise<void> {
    let waitedMs = 0;
    let lookedAt = clock.monotonic();
    let seen: { holder: string; since: number } | undefined;
    for (let looks = 1; ; looks += 1) {
      const now = clock.monotonic();
      // The time in which this process was suspended is no waiting.
      waitedMs += Math.min(now - lookedAt, MAX_LATENESS_MS);
      lookedAt = now;
      if (waitedMs > MAX_WAIT_MS) throw new Error(`the lock ${place} stayed taken for ${MAX_WAIT_MS} ms`);
      const token = tokenIn(place);
      const holder = token?.endsWith(HELD) ? token.slice(0, -HELD.length) : undefined;
      if (holder !== undefined) {
        if (holder !== seen?.holder) seen = { holder, since: now };
        if (isDead(holder) || now - seen.since > MAX_HOLD_MS) {
          ignoreErrors(() => fs.unlinkSync(pathIn(place, holder)));
        }
      }
      const isFree = token !== undefined && (holder === undefined || !exists(pathIn(place, holder)));
      if (isFree && tryTake(place, token, name)) return;
      await pause(looks);
      if (isClosed()) throw new StoreClosedError();
    }
  }

  function tokenIn(place: string): string | undefined {
    const names = fs.readdirSync(place);
    const token = names.find((name) => name === FREE || name.endsWith(HELD));
    if (token === undefined) {
      // It was removed. Once there is a new one, the draft of an old holder must not count.
      for (const name of names) ignoreErrors(() => fs.unlinkSync(pathIn(place, name)));
      createLock(place);
    }
    return token;
  }

  function exists(path: string): boolean {
    return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  }

  function tryTake(place: string, token: string, name: string): boolean {
    try {
      whenNotBusy(system, () => fs.renameSync(pathIn(place, token), pathIn(place, `${name}${HELD}`)));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** Random, so that waiters wake at different times. */
  function pause(looks: number): Promise<void> {
    return new Promise((resolve) => {
      if (looks <= QUICK_LOOKS) setImmediate(resolve);
      else {
        const ms = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (looks - QUICK_LOOKS - 1));
        clock.setTimer(resolve, ms * (0.5 + Math.random()), { keepAlive: true });
      }
    });
  }

  async function hold<T>(place: string, record: string, action: (lock: Lock) => T): Promise<T> {
    tidyOnce(place);
    const draft = openDraft(place, record);
    try {
      // If the lock is free there is no wait, so no other work of this process comes between taking and using it.
      if (!tryTake(place, FREE, draft.name)) await waitFor(place, draft.name);
      return action({ commit: draft.publish });
    } finally {
      draft.discard();
      // There is none if it was never taken.
      ignoreErrors(() => fs.renameSync(pathIn(place, `${draft.name}${HELD}`), pathIn(place, FREE)));
    }
  }

  return {
    placeOf: (name) => pathIn(locksFolder, (hash(name) % LOCKS).toString(16)),
    hold,
    close: drafts.close,
  };
}

/** FNV-1a: names a machine among the few that ever see one folder, without loading a crypto library. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return sum;
}
