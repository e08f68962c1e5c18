import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { RecordedCaller } from './record.js';

/** A process as others that share the journal can find it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Names the process table that has the pid, where the system tells: containers of one name have one each. */
  readonly processTable?: string;
}

export function thisProcess(): ProcessIdentity {
  const processTable = thisProcessTable();
  return { pid: process.pid, host: hostname(), ...(processTable === undefined ? {} : { processTable }) };
}

/** Linux: the number of a PID namespace (pid_namespaces(7)), which is unique within one boot. */
function thisProcessTable(): string | undefined {
  try {
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${readlinkSync('/proc/self/ns/pid')} ${bootId}`;
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that wrote an attempt is certainly, as seen from here, no longer running. A process of another
 * machine or container cannot be looked up, and neither can one whose pid was given to another: the lease ends those.
 *
 * @param bootId of this machine's present boot, where the store names it
 */
export function isGone(
  { pid, host, processTable, bootId: recordedBootId }: RecordedCaller,
  bootId: string | undefined,
): boolean {
  if (host !== hostname()) return false;
  if (recordedBootId !== bootId) return recordedBootId !== undefined && bootId !== undefined;
  const here = thisProcessTable();
  if (processTable !== undefined && here !== undefined && processTable !== here) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
