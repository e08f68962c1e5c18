/**
 * One reading of the clock that everybody who shares a store agrees on.
 *
 * A wall clock can be set and a monotonic clock stops while a laptop sleeps (CLOCK_MONOTONIC on Linux), so a
 * record that measures time keeps the last reading and compares both.
 */
export interface StoreTime {
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: number;
  /** Milliseconds of a clock that is never set; absent where the store has none (Redis). */
  readonly monotonicMs?: number;
  /** Readings of `monotonicMs` compare only within one boot; absent where the platform does not name it. */
  readonly bootId?: string;
}

/** What an update writes and what it tells its caller. */
export interface Update<T> {
  /** The new record, plain JSON; `undefined` deletes it, and the object that was handed in leaves it as it is. */
  readonly record: object | undefined;
  readonly result: T;
}

/**
 * Turns the old record into the new one.
 *
 * It must be pure and synchronous: a store may run it again when another process was faster (Redis), and it
 * runs while a lock is held (folder). `record` is whatever lies in the store, `undefined` if nothing does:
 * the caller parses it with its own guard, since another version may have written it.
 */
export type Updater<T> = (record: unknown, time: StoreTime) => Update<T>;

export interface UpdateOptions {
  /**
   * Resolve only when the record would survive a power cut; default false. For all updates of a record or for none:
   * one without it may lose in a power cut what earlier ones have kept.
   */
  readonly durable?: boolean;
  /**
   * The record means nothing any more when nobody has updated it for this long, so a store may drop it; default:
   * never.
   */
  readonly expiresInMs?: number;
}

/** Small JSON records that several callers share. */
export interface StateStore {
  /**
   * Reads the record, applies `updater`, writes what it returns and resolves to its result; atomic over
   * everybody who shares the store.
   *
   * Rejects with what `updater` throws, and then the record stays as it was; rejects as well when the store is
   * closed or cannot be reached.
   *
   * @param key Segments of printable characters separated by `/`, e.g. `<namespace>/window/listOrders`.
   */
  update<T>(key: string, updater: Updater<T>, options?: UpdateOptions): Promise<T>;
  /** Lets go of files and connections; later updates reject. Records stay. Harmless when repeated. */
  close(): Promise<void>;
}

/** A store that can also say which records it holds, and whether it can be used. */
export interface ListableStore extends StateStore {
  /**
   * Keys of the records directly below a prefix, in no order: `account/order` names `account/order/1`. What comes or goes
   * meanwhile may be among them or not, and a record that was deleted may still be named. A place that is not there has
   * none; `findFault` tells it from one that is empty.
   */
  keys(prefix: string): Promise<string[]>;
  /**
   * Tries whether a durable update is possible, with a record that it removes again.
   *
   * @returns what is in the way, in a few words; undefined where nothing is
   */
  findFault(): Promise<string | undefined>;
}
