import { errorCode } from './folder-system.js';

/** The state folder could not be read or written. A durable update may have been made all the same, and may not last. */
export class FolderUnusableError extends Error {
  override readonly name = 'FolderUnusableError';
  /** What the operating system calls it, e.g. `ENOSPC`; absent where it has no word for it. */
  readonly code?: string;

  constructor(folder: string, cause: unknown) {
    super(`The state folder ${folder} cannot be used: ${describeFault(cause)}.`, { cause });
    const code = errorCode(cause);
    if (code !== undefined) this.code = code;
  }
}

/** What is in the way, in a few words. */
export function describeFault(cause: unknown): string {
  switch (errorCode(cause)) {
    case 'EROFS':
      return 'it is on a read-only disk';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'there is a file where it should be';
    case 'ENOENT':
      // What Node says of a read-only disk when it makes folders in folders.
      return 'nothing can be made there';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
