import { hostname } from 'node:os';
import type { RecordedCaller } from './record.js';

/** A process as others that share the journal can find it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname() };
}

/**
 * Whether the process that wrote an attempt is certainly, as seen from here, no longer running. A process of another
 * machine cannot be looked up, and neither can one whose pid was given to another: the lease ends those.
 *
 * @param bootId of this machine's present boot, where the store names it
 */
export function isGone(
  { pid, host, bootId: recordedBootId }: RecordedCaller,
  bootId: string | undefined,
): boolean {
  if (host !== hostname()) return false;
  if (recordedBootId !== bootId) return recordedBootId !== undefined && bootId !== undefined;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
