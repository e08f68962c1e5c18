import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { StartFault } from './start-fault.js';

const claimedHere = new Set<string>();

/**
 * Claims a database file for this process; give it back with the returned function.
 *
 * The SQLite build locks with a folder beside the file, which outlives a killed process and does not say
 * whose it was. This claim names its holder, so that a dead one's is taken over instead of locking the
 * file for good.
 *
 * @throws {StartFault} `database_in_use` while a living process holds the file
 */
export function claimFile(file: string): () => void {
  const claim = `${file}.owner`;
  if (claimedHere.has(file)) throw inUse(file, process.pid);
  try {
    write(claim);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const holder = Number(readFileSync(claim, 'utf8'));
    // A claim in this process's own number is an earlier life's: in a container every life is number 1.
    if (holder !== process.pid && isAlive(holder)) throw inUse(file, holder);
    rmSync(claim);
    write(claim);
  }
  // Whoever made it is gone, or the claim would have been refused.
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
    // A process of another user refuses the signal, but lives.
    return hasCode(error, 'EPERM');
  }
}

function inUse(file: string, pid: number): StartFault {
  return new StartFault(
    'database_in_use',
    `--database ${file} is in use by process ${pid}: stop that sandbox or name another file.`,
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
