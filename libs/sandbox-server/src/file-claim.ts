import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { StartError } from './start-error.js';

const claimedHere = new Set<string>();

/**
 * Claims a database file for this process; the returned function releases it.
 *
 * The SQLite build locks with a folder beside the file. The folder outlives a killed process and does not
 * name its owner, so it would lock the file for good. This claim names its owner, so the claim of a dead
 * process can be taken over.
 *
 * @throws {StartError} `database_in_use` while a living process holds the file
 */
export function claimFile(file: string): () => void {
  const claim = `${file}.owner`;
  if (claimedHere.has(file)) throw inUse(file, process.pid);
  try {
    write(claim);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const holder = Number(readFileSync(claim, 'utf8'));
    // A claim under this process's own id is left over: in a container every main process has id 1.
    if (holder !== process.pid && isAlive(holder)) throw inUse(file, holder);
    rmSync(claim);
    write(claim);
  }
  // Its owner is dead, or the claim would have been refused.
  rmSync(`${file}.lock`, { recursive: true, force: true });
  claimedHere.add(file);
  return () => {
    claimedHere.delete(file);
    rmSync(claim, { force: true });
  };
}

function write(claim: string): void {
  writeFileSync(claim, String(process.pid), { flag: 'wx' });
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process runs under another user.
    return hasCode(error, 'EPERM');
  }
}

function inUse(file: string, pid: number): StartError {
  return new StartError(
    'database_in_use',
    `--database ${file} is in use by process ${pid}: stop that sandbox or name another file.`,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
