import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { isAlive, readBootId } from './process-table.js';

/** The file functions that a folder store needs, all synchronous: while it holds a lock nothing else may run. */
export type FileSystem = Pick<
  typeof fs,
  | 'closeSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'linkSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeFileSync'
>;

/** The machine and process that a folder store runs in; handed in so that other ones can be tested. */
export interface FolderSystem {
  readonly fs: FileSystem;
  readonly platform: NodeJS.Platform;
  readonly pid: number;
  readonly hostname: string;
  /** Names the time since the machine was started; `undefined` where the platform has no such name. */
  readonly bootId: string | undefined;
  /** The number by which statfs(2) names the kind of file system that a folder is on. */
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

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Does what may fail because somebody else was faster. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Either way it is done.
  }
}

/** Windows refuses a file while a virus scanner or an indexer looks at it. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY']);
const BUSY_PAUSES_MS = [1, 2, 4, 8, 16, 32, 64, 128];

/** Does what Windows may refuse for a moment, at most a quarter of a second. */
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
