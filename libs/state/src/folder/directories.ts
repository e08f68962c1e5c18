/** The folders that records are in: created when they are needed, and flushed to the disk where an update must last. */
import { dirname } from 'node:path';
import type { Access } from './access.js';
import { errorCode, type FolderSystem } from './system.js';

export interface Directories {
  /** Creates a folder, with those that it is in, unless it is there. */
  create(path: string): void;
  /** Flushes the entry of a file, and of the folders that were created for it. */
  flushEntry(file: string): void;
}

export function createDirectories(system: FolderSystem, access: Access): Directories {
  const { fs } = system;
  /** Folders with entries that a power cut may still take. */
  const unsynced = new Set<string>();

  /** One by one: creating all at once never ends on Node 20 where none can be created, as in /proc. */
  function create(path: string): void {
    const parent = dirname(path);
    try {
      createIn(parent, path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || parent === path) throw error;
      create(parent);
      createIn(parent, path);
    }
  }

  function createIn(parent: string, path: string): void {
    try {
      access.createFolder(path);
      unsynced.add(parent);
    } catch (error) {
      // It was there, or another process was faster.
      if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
    }
  }

  function flushEntry(file: string): void {
    for (const directory of unsynced.add(dirname(file))) {
      try {
        flush(directory);
      } catch (error) {
        // A folder that was removed meanwhile has nothing to keep.
        if (errorCode(error) !== 'ENOENT') throw error;
      }
      unsynced.delete(directory);
    }
  }

  /** Windows cannot open a directory and does not need it. */
  function flush(directory: string): void {
    if (system.platform === 'win32') return;
    const file = fs.openSync(directory, 'r');
    try {
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  }

  return { create, flushEntry };
}
