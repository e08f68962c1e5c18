/**
 * Who may read and write what a folder store creates: its owner, and where the folder itself says so, its group. A
 * folder is shared by a group if it has `chmod g+ws`: members may write, and new files belong to the group.
 */
import type { FolderSystem } from './system.js';

export interface Access {
  /** Reads the folder's mode; what is created later follows it. Throws ENOENT if there is no folder. */
  follow(folder: string): void;
  /** Creates an empty file, which must not be there yet. Returns its descriptor, open for writing. */
  createFile(path: string): number;
  /** Creates a folder, which must not be there yet. */
  createFolder(path: string): void;
}

const GROUP_SHARED = 0o2020;

export function createAccess({ fs, platform }: FolderSystem): Access {
  let isShared = false;

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
    createFolder(path) {
      fs.mkdirSync(path, { mode: 0o700 });
      if (isShared) fs.chmodSync(path, 0o2770);
    },
  };
}
