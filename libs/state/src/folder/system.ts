import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { sep } from 'node:path';
import { isAlive, readBootId } from '../machine.js';

/** The file functions that a folder store needs, all synchronous: while it holds a lock nothing else may run. */
export type FileSystem = Pick<
  typeof fs,
  | 'chmodSync'
  | 'closeSync'
  | 'fchmodSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'linkSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'readSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeFileSync'
>;

/** The machine and process that a folder store runs in; a parameter, so that tests can run it in others. */
export interface FolderSystem {
  /** Its files. */
  readonly fs: FileSystem;
  /** Its operating system. */
  readonly platform: NodeJS.Platform;
  /** The process's number. */
  readonly pid: number;
  /** The machine's name. */
  readonly hostname: string;
  /** Names the current boot of the machine; `undefined` where the platform has no such name. */
  readonly bootId: string | undefined;
  /** The number by which statfs(2) names a folder's kind of file system. */
  fileSystemType(folder: string): number;
  /** Whether a process of this machine runs. */
  isAlive(pid: number): boolean;
  /** Blocks the thread. */
  readonly sleep: (ms: number) => void;
}

export function nodeSystem(): FolderSystem {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  return {
    fs,
    platform: process.platform,
    pid: process.pid,
    hostname: hostname(),
    bootId: readBootId(),
    fileSystemType: (folder) => fs.statfsSync(folder).type,
    isAlive,
    sleep: (ms) => void Atomics.wait(sleeper, 0, 0, ms),
  };
}

/** Linux magic numbers (linux/magic.h, statfs(2)) of file systems that other machines may share. */
const NETWORK_FILE_SYSTEMS = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xfe534d42, // SMB 2
  0xff534d42, // CIFS
  0x00c36400, // Ceph
  0x5346414f, // AFS
  0x01021997, // 9p, as in WSL for the disks of Windows
]);

/** Whether the folder is known to be on another machine; a mapped drive of Windows cannot be recognised. */
export function isNetworkDisk(folder: string, system: FolderSystem): boolean {
  if (system.platform === 'win32') return /^[\\/]{2}(?![.?][\\/])/.test(folder);
  if (system.platform !== 'linux') return false;
  return NETWORK_FILE_SYSTEMS.has(system.fileSystemType(folder));
}

/** The path of a name in a folder. `join` would normalise both again, character by character, a dozen times a permit. */
export function pathIn(folder: string, name: string): string {
  return `${folder}${sep}${name}`;
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** For actions whose failure means that another process did the same first. */
export function ignoreErrors(action: () => void): void {
  try {
    action();
  } catch {
    // The other process did it.
  }
}

/** Windows refuses a file while a virus scanner or an indexer reads it. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);
const BUSY_PAUSES_MS = [1, 2, 4, 8, 16, 32, 64, 128];

/** Repeats what Windows may refuse for a moment, for a quarter of a second at most. */
export function whenNotBusy<T>({ platform, sleep }: FolderSystem, action: () => T): T {
  if (platform === 'win32') {
    for (const pauseMs of BUSY_PAUSES_MS) {
      try {
        return action();
      } catch (error) {
        if (!BUSY.has(errorCode(error) ?? '')) throw error;
        sleep(pauseMs);
      }
    }
  }
  return action();
}
