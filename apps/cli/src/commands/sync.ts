import type { ExitCode } from '../exit-codes.js';
import { readOrderIds } from '../orders/order-ids.js';
import type { Session } from '../session.js';
import { type ReportingOptions, run } from '../sending/run.js';
import { refuseReadOnly } from '../writes.js';

export interface SyncOptions extends ReportingOptions {
  /** Order ids as they stand on the command line. */
  readonly words: readonly string[];
  readonly resend: boolean;
}

/** Sends the orders that are named. */
export async function sync({ words, ...options }: SyncOptions, session: Session): Promise<ExitCode> {
  refuseReadOnly(session.config, 'sync');
  const orderIds = await readOrderIds(words, session.terminal.stdin);
  return await run({ ...options, orderIds, priority: 'interactive' }, session);
}
