/** Only a regular file is a record: reading a FIFO waits for ever, a device never ends, and a link leads elsewhere. */
import { constants } from 'node:fs';
import { UnusableFileError } from '../errors.js';
import { errorCode, whenNotBusy, type FileSystem, type FolderSystem } from './system.js';

/** Longest record in bytes: a hundred times the largest that this product writes. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** Does not follow a link, and does not wait for the other end of a FIFO. Windows has neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** open(2) of a link (Linux, BSD), of a socket, of a device without a driver. */
const NOT_REGULAR = new Set(['ELOOP', 'EMLINK', 'ENXIO', 'ENODEV', 'EOPNOTSUPP']);

/**
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
