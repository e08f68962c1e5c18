/**
 * The files that new records are written to before they replace the old ones.
 *
 * The replaced file is kept as the next draft of its record. ext4 and btrfs flush a new file to the disk before it may
 * replace another one, and the process waits for that; a file that is only overwritten has nothing new to flush.
 */
import { join } from 'node:path';
import type { Access } from './access.js';
import { ignoreErrors, whenNotBusy, type FolderSystem } from './system.js';

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
  /** Whether it holds an older text. */
  readonly isUsed: boolean;
}

/** @param nextName returns a new name each time */
export function createDrafts(system: FolderSystem, access: Access, nextName: () => string): Drafts {
  const { fs } = system;
  /** The files that are kept, by the record that they were. */
  const spares = new Map<string, { readonly place: string; readonly name: string }>();

  function openFile(place: string): OpenFile {
    const name = nextName();
    return { name, file: access.createFile(join(place, name)), isUsed: false };
  }

  function reopenSpare(record: string): OpenFile | undefined {
    const spare = spares.get(record);
    if (!spare) return undefined;
    spares.delete(record);
    const path = join(spare.place, spare.name);
    try {
      const file = fs.openSync(path, 'r+');
      // A file with a second name, a backup's for example, must not be overwritten.
      if (fs.fstatSync(file).nlink === 1) return { name: spare.name, file, isUsed: true };
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
      fs.linkSync(record, join(place, name));
      return name;
    } catch {
      return undefined;
    }
  }

  /** @param keep whether the old file may be overwritten later: only if a power cut may take the new one */
  function replace(record: string, place: string, name: string, keep: boolean): void {
    const spare = keep ? nameSpare(place, record) : undefined;
    try {
      whenNotBusy(system, () => fs.renameSync(join(place, name), record));
    } catch (error) {
      // The file is still the record.
      if (spare !== undefined) ignoreErrors(() => fs.unlinkSync(join(place, spare)));
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
      if (!isPublished) ignoreErrors(() => fs.unlinkSync(join(place, name)));
    }

    return { name, publish, discard };
  }

  return {
    open,
    close() {
      for (const { place, name } of spares.values()) ignoreErrors(() => fs.unlinkSync(join(place, name)));
      spares.clear();
    },
  };
}
