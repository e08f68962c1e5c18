/** The files and folders of records: what they are called, who may use them, and what counts as a record. */
import { constants } from 'node:fs';
import { dirname } from 'node:path';
import { UnusableFileError } from '../errors.js';
import { errorCode, whenNotBusy, type FileSystem, type FolderSystem } from './system.js';

/** Names that Windows reserves for devices, with any extension. */
const RESERVED = new Set(['con', 'prn', 'aux', 'nul']);
for (let port = 0; port <= 9; port += 1) RESERVED.add(`com${port}`).add(`lpt${port}`);
/** Names of most file systems end at 255 bytes. */
const MAX_NAME_LENGTH = 120;

/**
 * The path of a key's file below the folder, without its extension: one name for each segment of the key.
 *
 * Two keys never share a file, even on a file system that ignores case or forbids characters: everything but small
 * letters, digits, `-` and `_` is percent-encoded.
 *
 * @throws TypeError for a key with an empty or an overlong segment, or with half a character (a lone surrogate)
 */
export function filePathOf(key: string): string[] {
  return key.split('/').map((segment) => {
    const name = encodeSegment(segment);
    if (name === '' || name.length > MAX_NAME_LENGTH) {
      throw new TypeError(
        `A key consists of segments of 1 to ${MAX_NAME_LENGTH} characters: ${key.slice(0, 200)}`,
      );
    }
    return name;
  });
}

/** The segment of a key that a file's name is for; undefined for a name that no key has. */
export function keySegmentOf(name: string): string | undefined {
  try {
    const segment = decodeURIComponent(name);
    return segment !== '' && encodeSegment(segment) === name ? segment : undefined;
  } catch {
    return undefined;
  }
}

/** A loop: compiling a regular expression would take a good part of a process's first update. */
function encodeSegment(segment: string): string {
  let name = '';
  for (const character of segment) name += isPlain(character) ? character : encodeCharacter(character);
  return RESERVED.has(name) ? encodeCharacter(name.charAt(0)) + name.slice(1) : name;
}

/** Whether a character is a small letter, a digit, `-` or `_`. */
function isPlain(character: string): boolean {
  return (
    (character >= 'a' && character <= 'z') ||
    (character >= '0' && character <= '9') ||
    character === '-' ||
    character === '_'
  );
}

function encodeCharacter(character: string): string {
  // UTF-8 has no lone surrogates: all of them would become the same bytes.
  if (character >= '\ud800' && character <= '\udfff' && character.length === 1) {
    throw new TypeError('A key must not contain half a character (a lone surrogate)');
  }
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/**
 * Creates what a folder store needs. Its owner may read and write it, and where the folder itself says so, its group: a
 * folder is shared by a group if it has `chmod g+ws`, so that members may write and new files belong to the group.
 */
export interface Access {
  /** Reads the folder's mode; what is created later follows it. Throws ENOENT if there is no folder. */
  follow(folder: string): void;
  /** Creates an empty file, which must not be there yet. Returns its descriptor, open for writing. */
  createFile(path: string): number;
  /** Creates a folder, which must not be there yet. */
  createFolder(path: string): void;
  /** Creates a folder, with those that it is in, unless it is there. */
  createFolders(path: string): void;
  /** Flushes the entry of a file to the disk, and of the folders that were created for it. */
  flushEntry(file: string): void;
}

const GROUP_SHARED = 0o2020;

export function createAccess({ fs, platform }: FolderSystem): Access {
  let isShared = false;
  /** Folders with entries that a power cut may still take. */
  const unsynced = new Set<string>();

  function createFolder(path: string): void {
    fs.mkdirSync(path, { mode: 0o700 });
    if (isShared) fs.chmodSync(path, 0o2770);
  }

  /** One by one: creating all at once never ends on Node 20 where none can be created, as in /proc. */
  function createFolders(path: string): void {
    const parent = dirname(path);
    try {
      createIn(parent, path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || parent === path) throw error;
      createFolders(parent);
      createIn(parent, path);
    }
  }

  function createIn(parent: string, path: string): void {
    try {
      createFolder(path);
      unsynced.add(parent);
    } catch (error) {
      // It was there, or another process was faster.
      if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
    }
  }

  /** Windows cannot open a folder and does not need it. */
  function flush(folder: string): void {
    if (platform === 'win32') return;
    const file = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  }

  return {
    follow(folder) {
      const { mode } = fs.statSync(folder);
      // Windows has no such bits; who may do what is inherited from the folder above.
      isShared = platform !== 'win32' && (mode & GROUP_SHARED) === GROUP_SHARED;
    },
    createFile(path) {
      const file = fs.openSync(path, 'wx', 0o600);
      // Past the umask, which mostly forbids what the folder allows.
      if (isShared) fs.fchmodSync(file, 0o660);
      return file;
    },
    createFolder,
    createFolders,
    flushEntry(file) {
      for (const folder of unsynced.add(dirname(file))) {
        try {
          flush(folder);
        } catch (error) {
          // A folder that was removed meanwhile has nothing to keep.
          if (errorCode(error) !== 'ENOENT') throw error;
        }
        unsynced.delete(folder);
      }
    },
  };
}

/** Longest record in bytes: a hundred times the largest that this product writes. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** Does not follow a link, and does not wait for the other end of a FIFO. Windows has neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** open(2) of a link (Linux, BSD), of a socket, of a device without a driver. */
const NOT_REGULAR = new Set(['ELOOP', 'EMLINK', 'ENXIO', 'ENODEV', 'EOPNOTSUPP']);

/**
 * Reads a record. Only a regular file is one: reading a FIFO waits for ever, a device never ends, and a link leads
 * elsewhere.
 *
 * @returns the text of a file; undefined where there is nothing at the path
 * @throws {UnusableFileError} for anything but a regular file of a record's size
 */
export function readRegularFile(system: FolderSystem, path: string): string | undefined {
  const { fs } = system;
  try {
    return whenNotBusy(system, () => {
      if (system.platform === 'win32') requireRegular(fs.lstatSync(path), path);
      const file = fs.openSync(path, FLAGS);
      try {
        const stats = fs.fstatSync(file);
        requireRegular(stats, path);
        return readText(fs, file, stats.size);
      } finally {
        fs.closeSync(file);
      }
    });
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return undefined;
    throw NOT_REGULAR.has(code) ? notRegular(path) : error;
  }
}

/** In one read: room for one byte more than the expected size shows that the file ends there. */
function readText(fs: FileSystem, file: number, size: number): string {
  const bytes = Buffer.allocUnsafe(size + 1);
  // At a position, so that the file can be read again from its start.
  const read = fs.readSync(file, bytes, 0, bytes.length, 0);
  // Another program writes it.
  if (read !== size) return fs.readFileSync(file, 'utf8');
  return bytes.toString('utf8', 0, size);
}

/**
 * @returns whether there is a folder at the path
 * @throws {UnusableFileError} for anything else: what a link leads to may have another path, and other locks
 */
export function hasFolder({ fs }: FolderSystem, path: string): boolean {
  const stats = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === false) throw new UnusableFileError('EFTYPE', `${path} is not a folder`);
  return stats !== undefined;
}

function requireRegular(stats: { isFile(): boolean; readonly size: number }, path: string): void {
  if (!stats.isFile()) throw notRegular(path);
  if (stats.size > MAX_RECORD_BYTES) {
    throw new UnusableFileError('EFBIG', `${path} is larger than ${MAX_RECORD_BYTES} bytes`);
  }
}

function notRegular(path: string): UnusableFileError {
  return new UnusableFileError('EFTYPE', `${path} is not a regular file`);
}
