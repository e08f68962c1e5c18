import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAlive, readBootId } from '@wemasy-orders/state';
import type { RecordedCaller } from './record.js';

/** A process as the others that share the journal can find it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** The process table that contains the pid, if the system names it: containers of one host name have one each. */
  readonly processTable?: string;
}

export function thisProcess(): ProcessIdentity {
  const processTable = thisProcessTable();
  return { pid: process.pid, host: hostname(), ...(processTable === undefined ? {} : { processTable }) };
}

/** Linux: the number of a PID namespace (pid_namespaces(7)), which is unique within one boot. */
function thisProcessTable(): string | undefined {
  const boot = readBootId();
  try {
    return boot === undefined ? undefined : `${readlinkSync('/proc/self/ns/pid')} ${boot}`;
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that wrote an attempt has certainly ended, as seen from here. A process of another machine or
 * container cannot be looked up, nor one whose pid was reused: their attempts end with the lease.
 *
 * @param bootId of this machine's present boot, if the store names it
 */
export function isGone(
  { pid, host, processTable, bootId: recordedBootId }: RecordedCaller,
  bootId: string | undefined,
): boolean {
  if (host !== hostname()) return false;
  if (recordedBootId !== bootId) return recordedBootId !== undefined && bootId !== undefined;
  const here = thisProcessTable();
  if (processTable !== undefined && here !== undefined && processTable !== here) return false;
  return !isAlive(pid);
}
