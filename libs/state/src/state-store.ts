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

/**
 * Names a set of records, a journal say, so that its users notice when it is not the one they know: another store at the
 * same address, one that was emptied, or a copy that missed the last writes.
 */
export interface Generation {
  /** Random; drawn once, when the set began. */
  readonly id: string;
  /**
   * How many guarded updates have written, where the store can forget single writes (Redis, memory). A folder does not
   * forget single writes, so there it is always 0.
   */
  readonly writes: number;
}

/** What a guarded update expects of the store. */
export interface GenerationGuard {
  /** Where the generation is, see `openGeneration`. */
  readonly key: string;
  /** The caller's last knowledge: of all that it has seen, the one with the most writes. */
  readonly expected: Generation;
}

export interface GuardedUpdate<T> {
  readonly result: T;
  /** What the store holds now; the caller expects at least this of the next update. */
  readonly generation: Generation;
}

/** Where a store keeps its records. */
export interface StorePlace {
  /** For people, without a password: the real path of a folder, or `redis://host:port/database`. */
  readonly description: string;
  /**
   * Names the file that a generation is kept in (device and inode); absent where there is no such file. Two folders that
   * hold the same generation id are one folder under two names if these are equal, and copies if they are not. Compare
   * only what was read at the same time: devices may be numbered anew when a machine starts.
   */
  readonly file?: string;
}

/** Whether records that were written durably are still there after a restart. */
export interface Persistence {
  /** `unknown`: the server does not show its settings. */
  readonly kind: 'lasting' | 'volatile' | 'unknown';
  /** Why, in a few words for people. */
  readonly description: string;
}

/** A store that can keep a journal: it names its records, and notices when they are not the ones before. */
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
  /**
   * Reads the generation of a set of records, and begins one, durably, where there is none. Of several callers at once
   * one begins it, and all resolve to that one.
   *
   * @param key a record of its own, e.g. `<namespace>/journal`
   * @throws {GenerationUnreadableError} when there is one and it is damaged; a new one never takes its place
   */
  openGeneration(key: string): Promise<Generation>;
  /** As `openGeneration`, but begins none: undefined where there is none. */
  readGeneration(key: string): Promise<Generation | undefined>;
  /**
   * As `update` with `durable: true`, for records of a generation: compares the generation in the same atomic step, and
   * raises its number of writes with every write. An update that only reads is compared as well.
   *
   * When it rejects because the store failed, the record may have been written all the same.
   *
   * @throws {GenerationChangedError} when the id differs, the number of writes is lower than expected, or there is no
   *   generation; nothing was written
   * @throws {GenerationUnreadableError} when the generation is damaged; nothing was written
   */
  updateGuarded<T>(key: string, updater: Updater<T>, guard: GenerationGuard): Promise<GuardedUpdate<T>>;
  /**
   * Where the records are.
   *
   * @param generationKey names the generation whose file is looked at
   */
  place(generationKey: string): Promise<StorePlace>;
  /** Whether durable updates outlive a restart. Asks the server; rejects when it cannot be reached. */
  persistence(): Promise<Persistence>;
}
