/**
 * A lock that survives the death of whoever holds it, and that no late riser can break.
 *
 * It is a folder with one token, a file whose name says who has the lock, and with the drafts of all who want it: each
 * has a file that is to become the new record, named after its process, machine and boot, and a nonce.
 *
 * - **Taken** by renaming the token from `free` to one's own name. A file can be renamed away only once, so exactly one
 *   of many succeeds, and its name is there from the first moment.
 * - **Committed** by renaming the draft to the record's name. Who has no draft has no lock, so the new record and the
 *   release are one step; that the token is called `free` again afterwards only saves the next one a look.
 * - **Broken**, when the holder is dead, by deleting its draft. A holder that was only stopped finds it gone: its
 *   commit fails, and it starts again. So breaking a lock can cost time but never an update, and nobody has to
 *   be sure that the holder is dead.
 * - **Made** by renaming a prepared folder to the lock's name. Only an empty folder can be replaced, so there is never
 *   a second token.
 *
 * Locks stay: making and removing folders costs more than all the rest. So there are only a few, which records share.
 */
import { join } from 'node:path';
import type { Clock } from './clock.js';
import { createDrafts, type Draft } from './folder-drafts.js';
import { attempt, errorCode, whenNotBusy, type FolderSystem } from './folder-system.js';

export interface LocksmithOptions {
  /** Where the locks are; on the same file system as the records. */
  readonly workshop: string;
  readonly system: FolderSystem;
  readonly clock: Clock;
  /** Whether to give up waiting. */
  readonly isClosed: () => boolean;
}

export interface Lock {
  /** Puts a new text in the record's place and lets the lock go, see `Draft.publish`. Throws ENOENT if it was broken. */
  commit(text: string, durable: boolean): void;
}

export interface Locksmith {
  /** Waits for the lock of the file `record` and runs `action` while it is held. */
  hold<T>(record: string, action: (lock: Lock) => T): Promise<T>;
  /** Removes what this process keeps for later. */
  close(): void;
}

/** Enough that two records rarely meet. */
const LOCKS = 16;
const FREE = 'free';
const TAKEN = '.has-it';

/** A holder that is alive and holds a lock this long was stopped: its work takes less than a millisecond. */
const LONGEST_HOLD_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
/** Between two looks of a waiter there are a few milliseconds, on a busy machine some more. */
const LONGEST_LATENESS_MS = 200;
/** So often a waiter looks again in the next turn of the event loop: most holders are done by then. */
const QUICK_LOOKS = 20;
const FIRST_PAUSE_MS = 0.5;
const LONGEST_PAUSE_MS = 4;

/** How often a lock that somebody removed is made again. */
const MOST_MAKINGS = 8;

/** Module scope: several stores of one process must not meet either. */
const startedAt = process.hrtime.bigint().toString(36);
let nonces = 0;

export function createLocksmith({ workshop, system, clock, isClosed }: LocksmithOptions): Locksmith {
  const { fs, pid } = system;
  const host = hash(system.hostname).toString(36);
  const boot = hash(system.bootId ?? '').toString(36);
  /** How often this process has used a lock, as far as it matters. */
  const used = new Map<string, number>();
  const drafts = createDrafts(system, nextName);

  function nextName(): string {
    nonces += 1;
    return `${pid}-${host}-${boot}-${startedAt}.${nonces}`;
  }

  function isDead(name: string): boolean {
    const [itsPid = '', itsHost, itsBoot] = name.split('-');
    return itsHost === host && (itsBoot !== boot || !system.isAlive(Number(itsPid)));
  }

  function makeLock(place: string): void {
    const prepared = join(workshop, nextName());
    fs.mkdirSync(prepared, { mode: 0o700 });
    try {
      fs.closeSync(fs.openSync(join(prepared, FREE), 'wx', 0o600));
      // Windows does not replace an empty folder.
      if (system.platform === 'win32') attempt(() => fs.rmdirSync(place));
      fs.renameSync(prepared, place);
    } catch (error) {
      attempt(() => fs.unlinkSync(join(prepared, FREE)));
      attempt(() => fs.rmdirSync(prepared));
      // Somebody else has made it.
      if (!exists(place)) throw error;
    }
    for (const name of fs.readdirSync(workshop)) {
      if (!isDead(name)) continue;
      attempt(() => fs.unlinkSync(join(workshop, name, FREE)));
      attempt(() => fs.rmdirSync(join(workshop, name)));
    }
  }

  /** Before the lock is taken: whoever breaks it must find a draft to delete. */
  function openDraft(place: string, record: string): Draft {
    for (let makings = 0; ; makings += 1) {
      try {
        return drafts.open(place, record);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT' || makings === MOST_MAKINGS) throw error;
        makeLock(place);
      }
    }
  }

  /**
   * Removes the drafts of processes that died while they waited: at the second use, since at the first one somebody waits
   * for a process that has just started.
   */
  function tidyOnce(place: string): void {
    const uses = used.get(place) ?? 0;
    if (uses > 1) return;
    used.set(place, uses + 1);
    if (uses === 0) return;
    for (const name of fs.readdirSync(place)) {
      if (!name.endsWith(TAKEN) && isDead(name)) attempt(() => fs.unlinkSync(join(place, name)));
    }
  }

  /** Resolves when `name` has the lock. */
  async function waitFor(place: string, name: string): Promise<void> {
    let waitedMs = 0;
    let lookedAt = clock.monotonic();
    let seen: { holder: string; since: number } | undefined;
    for (let looks = 1; ; looks += 1) {
      const now = clock.monotonic();
      // A waiter that was stopped has not waited meanwhile.
      waitedMs += Math.min(now - lookedAt, LONGEST_LATENESS_MS);
      lookedAt = now;
      if (waitedMs > LONGEST_WAIT_MS) throw new Error(`the lock ${place} could not be had`);
      const token = tokenIn(place);
      const holder = token?.endsWith(TAKEN) ? token.slice(0, -TAKEN.length) : undefined;
      if (holder !== undefined) {
        if (holder !== seen?.holder) seen = { holder, since: now };
        if (isDead(holder) || now - seen.since > LONGEST_HOLD_MS) {
          attempt(() => fs.unlinkSync(join(place, holder)));
        }
      }
      const isFree = token !== undefined && (holder === undefined || !exists(join(place, holder)));
      if (isFree && tryTake(place, token, name)) return;
      await pause(looks);
      if (isClosed()) throw new Error('The store is closed');
    }
  }

  function tokenIn(place: string): string | undefined {
    const names = fs.readdirSync(place);
    const token = names.find((name) => name === FREE || name.endsWith(TAKEN));
    if (token === undefined) {
      // Somebody removed it. No draft may be left that thinks it has it when there is a new one.
      for (const name of names) attempt(() => fs.unlinkSync(join(place, name)));
      makeLock(place);
    }
    return token;
  }

  function exists(path: string): boolean {
    return fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
  }

  function tryTake(place: string, token: string, name: string): boolean {
    try {
      whenNotBusy(system, () => fs.renameSync(join(place, token), join(place, `${name}${TAKEN}`)));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** Several waiters wake at different times. */
  function pause(looks: number): Promise<void> {
    return new Promise((resolve) => {
      if (looks <= QUICK_LOOKS) setImmediate(resolve);
      else {
        const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (looks - QUICK_LOOKS - 1));
        clock.setTimer(resolve, ms * (0.5 + Math.random()), { keepAlive: true });
      }
    });
  }

  async function hold<T>(record: string, action: (lock: Lock) => T): Promise<T> {
    const place = join(workshop, (hash(record) % LOCKS).toString(16));
    tidyOnce(place);
    const draft = openDraft(place, record);
    let isHeld = false;
    try {
      // Without a wait if it is free: nothing of this process comes between taking it and using it.
      if (!tryTake(place, FREE, draft.name)) await waitFor(place, draft.name);
      isHeld = true;
      return action({ commit: draft.publish });
    } finally {
      draft.discard();
      if (isHeld) attempt(() => fs.renameSync(join(place, `${draft.name}${TAKEN}`), join(place, FREE)));
    }
  }

  return {
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
