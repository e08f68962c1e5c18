/**
 * A lock that survives the death of whoever holds it, and that no late riser can break.
 *
 * It is a directory with one file in it, named after its holder: process, machine and boot, and a nonce.
 *
 * - **Taken** by renaming a prepared directory to the lock's name. Only an empty directory can be replaced, so
 *   exactly one of many succeeds, and its name is there from the first moment.
 * - **Committed** by renaming the file to the record's name. That empties the directory, so the new record and
 *   the release are one step.
 * - **Broken**, when the holder is dead, by deleting the file. A holder that was only stopped finds it gone: its
 *   commit fails, and it starts again. So breaking a lock can cost time but never an update, and nobody has to
 *   be sure that the holder is dead.
 */
import { join } from 'node:path';
import type { Clock } from './clock.js';
import { attempt, errorCode, whenNotBusy, type FolderSystem } from './folder-system.js';

export interface LocksmithOptions {
  /** Where locks are prepared; on the same file system. */
  readonly workshop: string;
  readonly system: FolderSystem;
  readonly clock: Clock;
  /** Whether to give up waiting. */
  readonly isClosed: () => boolean;
}

export interface Lock {
  /** To be filled with the new record; it is gone if the lock was broken. */
  readonly file: string;
  /** Puts the file in the record's place and lets the lock go. Throws ENOENT if the lock was broken. */
  commit(record: string): void;
}

export interface Locksmith {
  /** Waits for the lock at `path` and runs `action` while it is held. */
  hold<T>(path: string, action: (lock: Lock) => T): Promise<T>;
  /** Removes what processes left behind that died while they prepared a lock. */
  tidy(): void;
}

/** A holder that is alive and holds a lock this long was stopped: its work takes less than a millisecond. */
const LONGEST_HOLD_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
const FIRST_PAUSE_MS = 0.5;
const LONGEST_PAUSE_MS = 8;

/** What a rename says when the lock is taken … */
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST']);
/** … and what it says on Windows, where it can also mean that it is forbidden. */
const TAKEN_OR_FORBIDDEN = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** So often a rename may fail although nobody has the lock. */
const MOST_UNEXPLAINED = 10;

/** Module scope: several stores of one process must not meet either. */
const startedAt = process.hrtime.bigint().toString(36);
let locks = 0;

function nextNonce(): string {
  locks += 1;
  return `${startedAt}.${locks}`;
}

export function createLocksmith({ workshop, system, clock, isClosed }: LocksmithOptions): Locksmith {
  const { fs, pid } = system;
  const machine = shortHash(`${system.hostname} ${system.bootId ?? ''}`);

  function remove(directory: string, file: string): void {
    attempt(() => fs.unlinkSync(join(directory, file)));
    attempt(() => fs.rmdirSync(directory));
  }

  /** Resolves when the prepared directory has become the lock. */
  async function take(prepared: string, path: string): Promise<void> {
    const start = clock.monotonic();
    let seen: { holder: string; since: number } | undefined;
    let unexplained = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const holder = holderOf(path);
      unexplained = holder === undefined ? unexplained + 1 : 0;
      if (holder !== undefined) {
        const now = clock.monotonic();
        if (now - start > LONGEST_WAIT_MS) throw new Error(`The lock ${path} could not be had`);
        if (holder !== seen?.holder) seen = { holder, since: now };
        if (isDead(holder) || now - seen.since > LONGEST_HOLD_MS) {
          attempt(() => fs.unlinkSync(join(path, holder)));
        }
      }
      if (tryTake(prepared, path, unexplained > MOST_UNEXPLAINED)) return;
      await pause(pauseMs);
      if (isClosed()) throw new Error('The store is closed');
    }
  }

  function tryTake(prepared: string, path: string, isFinal = false): boolean {
    try {
      fs.renameSync(prepared, path);
      return true;
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (TAKEN.has(code) || (TAKEN_OR_FORBIDDEN.has(code) && !isFinal)) return false;
      throw error;
    }
  }

  /** `undefined` if nobody has it. */
  function holderOf(path: string): string | undefined {
    try {
      const [holder] = fs.readdirSync(path);
      // Windows does not replace an empty directory.
      if (holder === undefined) attempt(() => fs.rmdirSync(path));
      return holder;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  function isDead(holder: string): boolean {
    const [holderPid = '', holderMachine] = holder.split('-');
    return holderMachine === machine && !system.isAlive(Number(holderPid));
  }

  /** Several waiters wake at different times. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      clock.setTimer(resolve, ms * (0.5 + Math.random()), { keepAlive: true });
    });
  }

  return {
    async hold(path, action) {
      const name = `${pid}-${machine}-${nextNonce()}`;
      const prepared = join(workshop, name);
      fs.mkdirSync(prepared, { mode: 0o700 });
      try {
        fs.closeSync(fs.openSync(join(prepared, name), 'wx', 0o600));
        // Without a wait if it is free: nothing of this process comes between taking it and using it.
        if (!tryTake(prepared, path)) await take(prepared, path);
      } catch (error) {
        remove(prepared, name);
        throw error;
      }
      const file = join(path, name);
      let committed = false;
      try {
        return action({
          file,
          commit(record) {
            whenNotBusy(system, () => fs.renameSync(file, record));
            committed = true;
          },
        });
      } finally {
        // Whoever took the empty lock meanwhile keeps it: only an empty directory can be removed.
        if (committed) attempt(() => fs.rmdirSync(path));
        else remove(path, name);
      }
    },
    tidy() {
      for (const name of fs.readdirSync(workshop)) if (isDead(name)) remove(join(workshop, name), name);
    },
  };
}

/** FNV-1a: names a machine among the few that ever see one folder, without loading a crypto library. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
