import { GenerationChangedError, GenerationUnreadableError } from './errors.js';
import type { Generation, GenerationGuard, GenerationWriter, StateStore } from './state-store.js';

/** How many writers are remembered: those that wrote last. */
export const mostWriters = 64;

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
    isCount(record.writes)
  ) {
    const { id, writes } = record;
    if (!('lastWrites' in record)) return { id, writes };
    if (isCounts(record.lastWrites)) return { id, writes, lastWrites: record.lastWrites };
  }
  throw new GenerationUnreadableError(key);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isCounts(value: unknown): value is Record<string, number> {
  return typeof value === 'object' && value !== null && Object.values(value).every(isCount);
}

/** Whether a writer's last write is missing, although others may have written since. */
export function hasForgotten({ lastWrites = {} }: Generation, { id, lastWrite }: GenerationWriter): boolean {
  const found = lastWrites[id];
  if (found !== undefined) return found < lastWrite;
  // In a full list, a writer that was dropped looks like one that was lost.
  return lastWrite > 0 && Object.keys(lastWrites).length < mostWriters;
}

/** The generation after a write. */
export function afterWrite(before: Generation, writer: GenerationWriter | undefined): Generation {
  const writes = before.writes + 1;
  if (writer === undefined) return { ...before, writes };
  const lastWrites = Object.entries({ ...before.lastWrites, [writer.id]: writes })
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostWriters);
  return { ...before, writes, lastWrites: Object.fromEntries(lastWrites) };
}

/**
 * @returns the generation that `record` is
 * @throws {GenerationChangedError} when it is another one, or one that has forgotten writes
 * @throws {GenerationUnreadableError} for a record that is no generation
 */
export function checkGeneration({ key, expected, writer }: GenerationGuard, record: unknown): Generation {
  const found = parseGeneration(key, record);
  const isForgetful = found !== undefined && writer !== undefined && hasForgotten(found, writer);
  if (found?.id !== expected.id || found.writes < expected.writes || isForgetful) {
    throw new GenerationChangedError(key, expected, found);
  }
  return found;
}
