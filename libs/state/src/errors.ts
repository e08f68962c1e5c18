import type { Generation } from './state-store.js';

/** The store was closed, by this process. */
export class StoreClosedError extends Error {
  override readonly name = 'StoreClosedError';

  constructor() {
    super('The store is closed');
  }
}

/** The state folder could not be read or written. A durable update may have been made all the same, and may not last. */
export class FolderUnusableError extends Error {
  override readonly name = 'FolderUnusableError';
  /** What the operating system calls it, e.g. `ENOSPC`; absent where it has no name for it. */
  readonly code?: string;

  /** @param reason in a few words for people */
  constructor(
    folder: string,
    reason: string,
    { code, cause }: { readonly code?: string | undefined; readonly cause: unknown },
  ) {
    super(`The state folder ${folder} cannot be used: ${reason}.`, { cause });
    if (code !== undefined) this.code = code;
  }
}

/** A path of the store holds something else than it should: `EFTYPE`, or `EFBIG` for a file that is too large. */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError';
  readonly code: 'EFTYPE' | 'EFBIG';

  constructor(code: 'EFTYPE' | 'EFBIG', message: string) {
    super(message);
    this.code = code;
  }
}

/** The set of records is not the one that the caller knows, or has lost writes. Nothing was written. */
export class GenerationChangedError extends Error {
  override readonly name = 'GenerationChangedError';
  /** Where the generation is. */
  readonly key: string;
  /** What the caller knew of it. */
  readonly expected: Pick<Generation, 'id' | 'writes'>;
  /** What the store holds now; absent where it holds none. */
  readonly found: Generation | undefined;

  constructor(key: string, expected: Pick<Generation, 'id' | 'writes'>, found: Generation | undefined) {
    super(
      `The records at ${key} are not the expected ones: expected ${describe(expected)}, found ${describe(found)}. Nothing was written.`,
    );
    this.key = key;
    this.expected = expected;
    this.found = found;
  }
}

function describe(generation: Pick<Generation, 'id' | 'writes'> | undefined): string {
  return generation === undefined ? 'none' : `${generation.id} with ${generation.writes} writes`;
}

/** There is a generation, and it cannot be read: damaged, or of another version. Nothing was written. */
export class GenerationUnreadableError extends Error {
  override readonly name = 'GenerationUnreadableError';
  /** Where the generation is. */
  readonly key: string;

  constructor(key: string) {
    super(
      `The record ${key} cannot be read, so it is not known which records these are. Nothing was written.`,
    );
    this.key = key;
  }
}

/** The store cannot keep a durable update: it is set up to forget. Nothing was written. */
export class NotDurableError extends Error {
  override readonly name = 'NotDurableError';

  constructor(reason: string) {
    super(`The store cannot keep a durable update: ${reason}. Nothing was written.`);
  }
}

/**
 * A durable update reached the server, and no replica confirmed it: if the server fails now, the update may be lost. Do
 * not rely on it; make it again.
 */
export class NotReplicatedError extends Error {
  override readonly name = 'NotReplicatedError';

  constructor(timeoutMs: number, cause: unknown) {
    super(
      `No replica of Redis confirmed the update within ${timeoutMs} ms, so a failover may lose it. It cannot be relied on.`,
      { cause },
    );
  }
}
