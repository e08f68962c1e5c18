/**
 * The files that new records are written to before they take the place of the old ones.
 *
 * The file that was replaced is kept as the next draft of its record. ext4 and btrfs send what is new in a file to the
 * disk before it may replace another one, and wait for their turn there; a file that is only written over has nothing
 * new.
 */
import { join } from 'node:path';
import { attempt, whenNotBusy, type FolderSystem } from './folder-system.js';

export interface Draft {
  /** What its file is called, for ever and for no other draft. */
  readonly name: string;
  /**
   * Puts a new text in the record's place. Throws ENOENT if somebody has deleted the draft.
   *
   * @param durable whether the text has to be on the disk before; the directory is left to the caller
   */
  publish(text: string, durable: boolean): void;
  /** Removes it, unless it was published. */
  discard(): void;
}

export interface Drafts {
  /** Throws ENOENT if the folder `place` is not there. */
  open(place: string, record: string): Draft;
  /** Removes the files that are kept. */
  close(): void;
}

interface OpenFile {
  readonly name: string;
  readonly file: number;
  /** Whether it holds an older text. */
  readonly isUsed: boolean;
}

/** @param nextName gives a name that nobody had before */
export function createDrafts(system: FolderSystem, nextName: () => string): Drafts {
  const { fs } = system;
  /** The files that are kept, by the record that they were. */
  const spares = new Map<string, { readonly place: string; readonly name: string }>();

  function openFile(place: string): OpenFile {
    const name = nextName();
    return { name, file: fs.openSync(join(place, name), 'wx', 0o600), isUsed: false };
  }

  function reopenSpare(record: string): OpenFile | undefined {
    const spare = spares.get(record);
    if (!spare) return undefined;
    spares.delete(record);
    const path = join(spare.place, spare.name);
    try {
      const file = fs.openSync(path, 'r+');
      // What has another name as well, be it a backup's, is not ours to write over.
      if (fs.fstatSync(file).nlink === 1) return { name: spare.name, file, isUsed: true };
      fs.closeSync(file);
      fs.unlinkSync(path);
    } catch {
      // Somebody has tidied up.
    }
    return undefined;
  }

  /** Gives the file that is about to be replaced another name, if there is one. */
  function nameSpare(place: string, record: string): string | undefined {
    if (system.platform !== 'linux') return undefined;
    const name = nextName();
    try {
      fs.linkSync(record, join(place, name));
      return name;
    } catch {
      return undefined;
    }
  }

  /** @param keep whether the old file may be written over: only where a power cut may take the new one */
  function replace(record: string, place: string, name: string, keep: boolean): void {
    const spare = keep ? nameSpare(place, record) : undefined;
    try {
      whenNotBusy(system, () => fs.renameSync(join(place, name), record));
    } catch (error) {
      // It is the record still.
      if (spare !== undefined) attempt(() => fs.unlinkSync(join(place, spare)));
      throw error;
    }
    if (spare !== undefined) spares.set(record, { place, name: spare });
  }

  function open(place: string, record: string): Draft {
    const { name, file, isUsed } = reopenSpare(record) ?? openFile(place);
    let isOpen = true;
    let isPublished = false;

    function publish(text: string, durable: boolean): void {
      fs.writeFileSync(file, text);
      if (isUsed) fs.ftruncateSync(file, Buffer.byteLength(text));
      if (durable) fs.fsyncSync(file);
      fs.closeSync(file);
      isOpen = false;
      replace(record, place, name, !durable);
      isPublished = true;
    }

    function discard(): void {
      if (isOpen) fs.closeSync(file);
      if (!isPublished) attempt(() => fs.unlinkSync(join(place, name)));
    }

    return { name, publish, discard };
  }

  return {
    open,
    close() {
      for (const { place, name } of spares.values()) attempt(() => fs.unlinkSync(join(place, name)));
      spares.clear();
    },
  };
}
