/**
 * A reading of the clock that all users of a store share.
 *
 * A wall clock can be set, and a monotonic clock stops while a laptop sleeps (CLOCK_MONOTONIC on Linux). So a record
 * that measures time keeps the last reading of both.
 */
export interface StoreTime {
  /** Milliseconds since the Unix epoch. */
  readonly wallMs: number;
  /** Milliseconds of a clock that is never set; absent where the store has none (Redis). */
  readonly monotonicMs?: number;
  /** Readings of `monotonicMs` compare only within one boot; absent where the platform does not name it. */
  readonly bootId?: string;
}

/** What an update writes, and what its caller gets. */
export interface Update<T> {
  /** The new record, plain JSON; `undefined` deletes it, and the very object that the updater got leaves it as it is. */
  readonly record: object | undefined;
  /** Of the caller's `update`. */
  readonly result: T;
}

/**
 * Turns the old record into the new one.
 *
 * It must be pure and synchronous: a store may run it again when another process was faster (Redis), and it runs while
 * a lock is held (folder). `record` is whatever the store holds, `undefined` if it holds nothing: another version may
 * have written it, so the caller parses it.
 */
export type Updater<T> = (record: unknown, time: StoreTime) => Update<T>;

/** How lasting an update is. */
export interface UpdateOptions {
  /**
   * Resolve only when the record would survive a power cut; default false. Use it for all updates of a record or for
   * none: an update without it may lose in a power cut what earlier ones have kept.
   */
  readonly durable?: boolean;
  /** The record is worthless when it was not updated for this long, so a store may drop it; default: never. */
  readonly expiresInMs?: number;
}

/** Small JSON records that several callers share. */
export interface StateStore {
  /**
   * Reads the record, applies `updater`, writes what it returns and resolves to its result, atomically over all users of
   * the store.
   *
   * Rejects with what `updater` throws, and then the record stays as it was; rejects as well when the store is closed or
   * cannot be reached.
   *
   * @param key Segments of printable characters separated by `/`, e.g. `<namespace>/window/listOrders`.
   */
  update<T>(key: string, updater: Updater<T>, options?: UpdateOptions): Promise<T>;
  /** Releases files and connections; later updates reject. Records stay. May be repeated. */
  close(): Promise<void>;
}

/**
 * Names a set of records, a journal for example, so that its users notice when it is not the one they know: another
 * store at the same address, an emptied one, or a copy that missed the last writes.
 */
export interface Generation {
  /** Random; drawn once, when the set began. */
  readonly id: string;
  /**
   * How many guarded updates have written, where the store can forget single writes (Redis, memory). A folder does not
   * forget single writes, so there it is always 0.
   */
  readonly writes: number;
  /** The numbers of the last writes of those who name themselves, see `GenerationWriter`; absent where there are none. */
  readonly lastWrites?: Readonly<Record<string, number>>;
}

/**
 * One of several that write on their own. The store remembers which write was the last one of each, so that a lost one is
 * noticed even after others have written.
 */
export interface GenerationWriter {
  /** Random; kept as long as what the writer knows of its writes. */
  readonly id: string;
  /** The number of its last write, 0 where it knows of none. */
  readonly lastWrite: number;
}

/** What a guarded update expects of the store. */
export interface GenerationGuard {
  /** Where the generation is, see `openGeneration`. Its first segment is that of the records' keys. */
  readonly key: string;
  /** The caller's last knowledge: of all that it has seen, the one with the most writes. */
  readonly expected: Pick<Generation, 'id' | 'writes'>;
  /** Who writes; its last write must still be there. */
  readonly writer?: GenerationWriter | undefined;
}

/** What a guarded update resolves to. */
export interface GuardedUpdate<T> {
  /** The updater's. */
  readonly result: T;
  /** What the store holds now; the caller expects at least this of the next update. */
  readonly generation: Pick<Generation, 'id' | 'writes'>;
  /** The record was left as it was, so that nothing was written. */
  readonly isUnchanged?: true;
}

/** Where a store keeps its records. */
export interface StorePlace {
  /** For people, without a password: the real path of a folder, or `redis://host:port/database`. */
  readonly description: string;
  /**
   * Names the file that a generation is kept in (device and inode); absent where there is no such file. Two folders that
   * hold the same generation id are one folder under two names if these are equal, and copies if they are not. Compare
   * only what was read at the same time: devices may be renumbered when a machine starts.
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

/** A store that can keep a journal: it lists its records, and notices when they are not the ones before. */
export interface ListableStore extends StateStore {
  /**
   * Keys of the records directly below a prefix, in no order: `account/order` names `account/order/1`. A record that
   * comes or goes meanwhile may be among them or not, and a deleted record may still be named. A place that does not
   * exist has no keys; `healthCheck` distinguishes it from an empty one.
   */
  keys(prefix: string): Promise<string[]>;
  /**
   * Makes a durable update of a record that it removes again.
   *
   * @returns why that is impossible, in a few words; undefined where it works
   */
  healthCheck(): Promise<string | undefined>;
  /**
   * Reads the generation of a set of records, and begins one, durably, where there is none. Of several callers one begins
   * it, and all resolve to that one.
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
   * @throws {GenerationChangedError} when the id differs, the number of writes is lower than expected, the writer's last
   *   write is missing, or there is no generation; nothing was written
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
