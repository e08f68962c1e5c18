import type { JournalStore } from '../../src/index.js';

/** What goes wrong with an update. */
export type Fault =
  /** The disk is full for a moment: nothing is written, and the caller gets an error. */
  | 'fails'
  /** The connection to the store breaks after writing: the caller gets an error. */
  | 'fails after writing'
  /** The disk stays full from here on. */
  | 'fails from now on'
  /** The process is killed before the update. */
  | 'dies'
  /** The process is killed right after the update. */
  | 'dies after writing';

export interface FaultyStore extends JournalStore {
  /** Whether the update that was to go wrong has come. */
  readonly struck: () => boolean;
  /** Resolves when the process was killed; from then on none of its updates comes back. */
  readonly dead: Promise<void>;
}

/** The store as one process sees it, in which the `nth` update, counted from 1, goes wrong. */
export function faultyStore(store: JournalStore, nth: number, fault: Fault): FaultyStore {
  let updates = 0;
  let isDead = false;
  let die = () => undefined;
  const dead = new Promise<void>((resolve) => {
    die = () => {
      isDead = true;
      resolve();
      return undefined;
    };
  });
  const never = new Promise<never>(() => undefined);
  const failure = (code: string) => Object.assign(new Error(`${code}: /a/file of the machine`), { code });

  return {
    struck: () => updates >= nth,
    dead,
    openGeneration: (key) => store.openGeneration(key),
    update: (key, updater, options) => strike(() => store.update(key, updater, options)),
    updateGuarded: (key, updater, guard) => strike(() => store.updateGuarded(key, updater, guard)),
  };

  async function strike<T>(update: () => Promise<T>): Promise<T> {
    if (isDead) return await never;
    updates += 1;
    if (updates < nth || (updates > nth && fault !== 'fails from now on')) return await update();
    switch (fault) {
      case 'fails':
      case 'fails from now on':
        throw failure('ENOSPC');
      case 'fails after writing':
        await update();
        throw failure('ECONNRESET');
      case 'dies':
        die();
        return await never;
      case 'dies after writing':
        await update();
        die();
        return await never;
    }
  }
}
