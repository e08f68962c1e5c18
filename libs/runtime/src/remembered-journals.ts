import type { Clock, Generation, GenerationWriter, ListableStore } from '@wemasy-orders/state';
import {
  type Anchor,
  checkAnchor,
  type FoundJournal,
  type KnownJournal,
  type Mismatch,
  parseAnchor,
  remember,
  withLostWrites,
  withoutOld,
} from './anchor.js';
import { apiNamespace, isLoopback, loopbackListener, normalizeBaseUrl } from './api-identity.js';

/** What is remembered of the journals of one API. */
export interface Remembered {
  /** By this user, or by this process alone where no file can be kept. */
  readonly file: Anchor;
  /** By this process, without what the user has decided since. */
  readonly process: Anchor;
}

/** Remembers the journals of one API: in a file at a place that no setting moves, and in this process. */
export interface RememberedJournals {
  recall(): Promise<Remembered>;
  /** Why a journal may not be the one before. */
  findMismatch(remembered: Remembered, found: FoundJournal): Promise<Mismatch | undefined>;
  /** A journal as this process has seen it. */
  byThisProcess(id: string): KnownJournal | undefined;
  /** Names this user in a journal, with its last write as this process has seen it. */
  writerOf(id: string): GenerationWriter;
  /** Remembers a use of a journal. */
  note(found: FoundJournal, generation: Generation): Promise<void>;
  /**
   * Remembers a write of this process.
   *
   * @returns why the journal is not the one before after all: the store may have lost writes of other processes after this
   *   one has looked, and renumbered
   */
  noteWrite(found: FoundJournal, written: Generation): Promise<Mismatch | undefined>;
  /** @returns what was remembered before */
  update(change: (anchor: Anchor) => Anchor): Promise<Anchor>;
  hasFile(): Promise<boolean>;
}

export interface RememberedJournalsOptions {
  /** Holds the journals. */
  readonly store: ListableStore;
  /** Where the journals' identity is kept in it. */
  readonly generationKey: string;
  /** Holds the file; undefined where this user has no place for it. */
  readonly anchorStore: ListableStore | undefined;
  readonly baseUrl: string;
  readonly clock: Clock;
  /** Opens the folder of a journal that was used before, to see whether it is this one. */
  readonly openFolder: (folder: string) => ListableStore | undefined;
  readonly onNotice: (message: string) => void;
}

/** How long the journals of a server on loopback are remembered, since its port is another one's soon. */
const loopbackMemoryMs = 10 * 60_000;
/** How long what listens there is taken for granted. */
const listenerFreshMs = 1_000;
/** How often the time of a use is noted where nothing else changes. */
const seenEveryMs = 60_000;

/** What listened at a loopback address lately, by the store that the shops of a hosted server have in common. */
const listening = new WeakMap<
  object,
  Map<string, { readonly listener: string | undefined; readonly at: number }>
>();

function presentListener(sharedBy: object, baseUrl: string, clock: Clock): string | undefined {
  const known = listening.get(sharedBy) ?? new Map();
  listening.set(sharedBy, known);
  const before = known.get(baseUrl);
  if (before !== undefined && clock.monotonic() - before.at <= listenerFreshMs) return before.listener;
  const listener = loopbackListener(baseUrl);
  known.set(baseUrl, { listener, at: clock.monotonic() });
  return listener;
}

export function createRememberedJournals(options: RememberedJournalsOptions): RememberedJournals {
  const { store, generationKey, anchorStore, baseUrl, clock, onNotice } = options;
  const anchorKey = `anchors/${apiNamespace(baseUrl)}`;
  /** What this process knows by itself, and all there is where no file can be kept. */
  let memory: Anchor = { version: 1, api: normalizeBaseUrl(baseUrl), writer: randomId(), journals: [] };
  /** Whether the writer is the one that the file names. A process keeps its writer, whatever becomes of the file. */
  let isWriterKnown = false;

  async function update(change: (anchor: Anchor) => Anchor): Promise<Anchor> {
    const inMemory = memory;
    memory = change(inMemory);
    if (anchorStore === undefined) return inMemory;
    try {
      const inFile = await anchorStore.update(
        anchorKey,
        (record) => {
          const before = current(parse(record));
          const after = change(before);
          return {
            record: after === before && record !== undefined ? Object(record) : after,
            result: before,
          };
        },
        { durable: true },
      );
      if (!isWriterKnown) memory = { ...memory, writer: inFile.writer };
      isWriterKnown = true;
      return inFile;
    } catch (error) {
      onNotice(
        `The journal is remembered by this process alone, since its file cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      );
      return inMemory;
    }
  }

  async function readFile(): Promise<Anchor> {
    if (anchorStore === undefined) return memory;
    try {
      return await anchorStore.update(anchorKey, (record) => ({
        record: record === undefined ? undefined : Object(record),
        result: current(parse(record)),
      }));
    } catch {
      return memory;
    }
  }

  const parse = (record: unknown): Anchor => parseAnchor(record, { ...memory, journals: [] });

  /** A server on this machine is a test server: its successor at the same port is another API. */
  function current(anchor: Anchor): Anchor {
    if (!isLoopback(baseUrl)) return anchor;
    const listener = presentListener(anchorStore ?? store, baseUrl, clock);
    if (anchor.listener !== listener) return { ...anchor, listener, journals: [] };
    return withoutOld(anchor, new Date(clock.now() - loopbackMemoryMs).toISOString());
  }

  /** Whether the journal has left its earlier place, or that place is this one under another name. */
  async function isMovedOrSame({ id, place }: KnownJournal): Promise<boolean> {
    const there = options.openFolder(place);
    if (there === undefined) return true;
    try {
      const generation = await there.readGeneration(generationKey);
      if (generation?.id !== id) return true;
      const [old, present] = await Promise.all([there.place(generationKey), store.place(generationKey)]);
      return old.file !== undefined && old.file === present.file;
    } finally {
      await there.close();
    }
  }

  async function findMismatch(remembered: Remembered, found: FoundJournal): Promise<Mismatch | undefined> {
    const mismatch = checkAnchor(remembered.file, found) ?? checkAnchor(remembered.process, found);
    if (mismatch?.kind !== 'other_place') return mismatch;
    const isFolder = (await store.place(generationKey)).file !== undefined;
    return isFolder && (await isMovedOrSame(mismatch.expected)) ? undefined : mismatch;
  }

  /** Forgets what this process knew before the user's last decision. @returns what is left */
  function forgetDecided({ journals }: Anchor): Anchor {
    const adoptedAt = journals
      .flatMap((journal) => journal.adoptedAt ?? [])
      .sort()
      .at(-1);
    if (adoptedAt !== undefined) memory = withoutOld(memory, adoptedAt);
    return memory;
  }

  const byThisProcess = (id: string) => memory.journals.find((journal) => journal.id === id);

  const writerOf = (id: string): GenerationWriter => ({
    id: memory.writer,
    lastWrite: byThisProcess(id)?.lastWrite ?? 0,
  });

  async function note(found: FoundJournal, generation: Generation): Promise<void> {
    const known = byThisProcess(generation.id);
    const isNoted =
      known !== undefined &&
      known.writes >= generation.writes &&
      known.accounts.includes(found.account) &&
      known.place === found.place &&
      Date.parse(known.seenAt) > clock.now() - seenEveryMs;
    const now = new Date(clock.now()).toISOString();
    if (!isNoted) await update((anchor) => remember(anchor, { ...found, generation }, now));
  }

  async function noteWrite(found: FoundJournal, written: Generation): Promise<Mismatch | undefined> {
    const { id, writes } = written;
    if (writes === 0) {
      // A folder counts nothing, since it forgets no single writes.
      await note(found, written);
      return undefined;
    }
    const now = new Date(clock.now()).toISOString();
    const { writer } = memory;
    const { journals } = await update((anchor) => {
      const lastWrite = anchor.writer === writer ? writes : undefined;
      return remember(anchor, { ...found, generation: written, lastWrite }, now);
    });
    const known = journals.find((journal) => journal.id === id);
    if (known === undefined || known.writes < writes) return undefined;
    // Another process may have written since. But two writes of one journal never have the same number.
    const present = known.writes === writes ? written : await store.readGeneration(generationKey);
    // A journal that is gone may come back, so only writes that were overwritten are noted as lost.
    if (present === undefined) return { kind: 'none_here', expected: known };
    if (present.id !== id) return { kind: 'other_journal', expected: known };
    if (known.writes > writes && present.writes >= known.writes) return undefined;
    await update((anchor) => withLostWrites(anchor, id));
    return { kind: 'lost_writes', expected: known };
  }

  return {
    async recall() {
      const file = await readFile();
      return { file, process: forgetDecided(file) };
    },
    findMismatch,
    byThisProcess,
    writerOf,
    note,
    noteWrite,
    update,
    hasFile: async () => anchorStore !== undefined && (await anchorStore.healthCheck()) === undefined,
  };
}

/** Not imported: loading it would delay every process. */
function randomId(): string {
  return process.getBuiltinModule('node:crypto').randomBytes(6).toString('hex');
}
