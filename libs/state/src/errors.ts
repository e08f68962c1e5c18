import type { Generation } from './state-store.js';

/** The set of records is not the one that the caller knows, or has lost writes. Nothing was written. */
export class GenerationChangedError extends Error {
  override readonly name = 'GenerationChangedError';
  readonly key: string;
  readonly expected: Generation;
  /** What the store holds now; absent where it holds none. */
  readonly found: Generation | undefined;

  constructor(key: string, expected: Generation, found: Generation | undefined) {
    super(
      `The records at ${key} are not the ones expected: expected ${describe(expected)}, found ${describe(found)}. Nothing was written.`,
    );
    this.key = key;
    this.expected = expected;
    this.found = found;
  }
}

function describe(generation: Generation | undefined): string {
  return generation === undefined ? 'none' : `${generation.id} with ${generation.writes} writes`;
}

/** There is a generation, and it cannot be read: damaged, or of another version. Nothing was written. */
export class GenerationUnreadableError extends Error {
  override readonly name = 'GenerationUnreadableError';
  readonly key: string;

  constructor(key: string) {
    super(
      `The record ${key} cannot be read, so it is not known which records these are. Nothing was written.`,
    );
    this.key = key;
  }
}
