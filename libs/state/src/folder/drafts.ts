/**
 * The files that new records are written to before they replace the old ones.
 *
 * The replaced file is kept as the next draft of its record. ext4 and btrfs flush a new file to the disk before it may
 * replace another one, and the process waits for that; a file that is only overwritten has nothing new to flush.
 */
import type { Access } from './files.js';
import { ignoreErrors, pathIn, whenNotBusy, type FolderSystem } from './system.js';

export interface Draft {
  /** The name of its file; no other draft ever has it. */
  readonly name: string;
  /**
   * Replaces the record by a new text. Throws ENOENT if another process has deleted the draft.
   *
   * @param durable whether to flush the text to the disk first; flushing the directory is left to the caller
   */
  publish(text: string, durable: boolean): void;
  /** Removes it, unless it was published. */
  discard(): void;
}

export interface Drafts {
  /** Throws ENOENT if there is no folder at `place`. */
  open(place: string, record: string): Draft;
  /** Removes the files that are kept. */
  close(): void;
}

interface OpenFile {
  readonly name: string;
  readonly file: number;
  /** How many bytes of an older text it holds. */
  readonly oldSize: number;
}

/** @param nextName returns a new name each time */
export function createDrafts(system: FolderSystem, access: Access, nextName: () => string): Drafts {
  const { fs } = system;
  /** The files that are kept, by the record that they were. */
  const spares = new Map<string, { readonly place: string; readonly name: string }>();

  function openFile(place: string): OpenFile {
    const name = nextName();
    return { name, file: access.createFile(pathIn(place, name)), oldSize: 0 };
  }

  function reopenSpare(record: string): OpenFile | undefined {
    const spare = spares.get(record);
    if (!spare) return undefined;
    spares.delete(record);
    const path = pathIn(spare.place, spare.name);
    try {
      const file = fs.openSync(path, 'r+');
      const { nlink, size } = fs.fstatSync(file);
      // A file with a second name, a backup's for example, must not be overwritten.
      if (nlink === 1) return { name: spare.name, file, oldSize: size };
      fs.closeSync(file);
      fs.unlinkSync(path);
    } catch {
      // Another process has tidied up.
    }
    return undefined;
  }

  /** Gives the file that is about to be replaced another name, if there is one. */
  function nameSpare(place: string, record: string): string | undefined {
    if (system.platform !== 'linux') return undefined;
    const name = nextName();
    try {
      fs.linkSync(record, pathIn(place, name));
      return name;
    } catch {
      // There is no record yet, or the disk has no second names.
    }
    return undefined;
  }

  /** @param keep whether the old file may be overwritten later: only if a power cut may take the new one */
  function replace(record: string, place: string, name: string, keep: boolean): void {
    const spare = keep ? nameSpare(place, record) : undefined;
    try {
      whenNotBusy(system, () => fs.renameSync(pathIn(place, name), record));
    } catch (error) {
      // The file is still the record.
      if (spare !== undefined) ignoreErrors(() => fs.unlinkSync(pathIn(place, spare)));
      throw error;
    }
    if (spare !== undefined) spares.set(record, { place, name: spare });
  }

  function open(place: string, record: string): Draft {
    const { name, file, oldSize } = reopenSpare(record) ?? openFile(place);
    let isOpen = true;
    let isPublished = false;

    function publish(text: string, durable: boolean): void {
      fs.writeFileSync(file, text);
      const size = Buffer.byteLength(text);
      if (oldSize > size) fs.ftruncateSync(file, size);
      if (durable) fs.fsyncSync(file);
      fs.closeSync(file);
      isOpen = false;
      replace(record, place, name, !durable);
      isPublished = true;
    }

    function discard(): void {
      if (isOpen) fs.closeSync(file);
      if (!isPublished) ignoreErrors(() => fs.unlinkSync(pathIn(place, name)));
    }

    return { name, publish, discard };
  }

  return {
    open,
    close() {
      for (const { place, name } of spares.values()) ignoreErrors(() => fs.unlinkSync(pathIn(place, name)));
      spares.clear();
    },
  };
}
