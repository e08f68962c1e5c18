import { GenerationChangedError, GenerationUnreadableError } from './errors.js';
import type { Generation, GenerationGuard, StateStore } from './state-store.js';

/** Reads the generation at `key` and begins one, durably, where there is none. */
export function openGeneration(store: Pick<StateStore, 'update'>, key: string): Promise<Generation> {
  // Drawn here, since an updater may run again. Not imported: loading it would delay every process's first permit.
  const fresh: Generation = { id: process.getBuiltinModule('node:crypto').randomUUID(), writes: 0 };
  return store.update(
    key,
    (record) => {
      const found = parseGeneration(key, record);
      return found === undefined
        ? { record: fresh, result: fresh }
        : { record: Object(record), result: found };
    },
    { durable: true },
  );
}

/** Reads the generation at `key`; undefined where none has begun. */
export function readGeneration(
  store: Pick<StateStore, 'update'>,
  key: string,
): Promise<Generation | undefined> {
  return store.update(key, (record) => ({
    record: record === undefined ? undefined : Object(record),
    result: parseGeneration(key, record),
  }));
}

/** @throws {GenerationUnreadableError} for a record that is no generation */
function parseGeneration(key: string, record: unknown): Generation | undefined {
  if (record === undefined) return undefined;
  if (
    typeof record === 'object' &&
    record !== null &&
    'id' in record &&
    typeof record.id === 'string' &&
    record.id !== '' &&
    'writes' in record &&
    typeof record.writes === 'number' &&
    Number.isSafeInteger(record.writes) &&
    record.writes >= 0
  ) {
    return { id: record.id, writes: record.writes };
  }
  throw new GenerationUnreadableError(key);
}

/**
 * @returns the generation that `record` is
 * @throws {GenerationChangedError} when it is another one, or one that has forgotten writes
 * @throws {GenerationUnreadableError} for a record that is no generation
 */
export function checkGeneration({ key, expected }: GenerationGuard, record: unknown): Generation {
  const found = parseGeneration(key, record);
  if (found?.id !== expected.id || found.writes < expected.writes) {
    throw new GenerationChangedError(key, expected, found);
  }
  return found;
}
