import type { Config } from '@wemasy-orders/runtime';
import { UsageError } from './usage-error.js';

/** @throws {UsageError} where nothing may be written */
export function refuseReadOnly({ WEMASY_READ_ONLY: readOnly }: Config, command: string): void {
  if (!readOnly) return;
  throw new UsageError(
    `${command} writes, and WEMASY_READ_ONLY is on.`,
    'Set it to off, or give --no-read-only, to write.',
  );
}
