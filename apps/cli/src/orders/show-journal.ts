import type { Attempt } from '@wemasy-orders/order-sync';
import { cleanText } from '@wemasy-orders/presentation';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { createRowWriter } from '../output/formats.js';
import { cleanJson } from '../output/json.js';
import type { Row } from '../output/row-writer.js';
import type { Session } from '../session.js';
import { type JournalEntry, readEntry, reasonText } from './evidence.js';

export interface ShowJournalOptions {
  /** Only orders with an unknown outcome. */
  readonly unknown: boolean;
  readonly json: boolean;
}

/** Shows every order that the journal has a record of. */
export async function showJournal(
  { unknown, json }: ShowJournalOptions,
  session: Session,
): Promise<ExitCode> {
  const { orderSync, recordedOrders } = session.services();
  const { out, err } = session.terminal;
  const entries: JournalEntry[] = [];
  for (const orderId of await recordedOrders()) {
    const entry = await readEntry(orderSync, orderId, session.config.WEMASY_PERSONAL_DATA);
    if (!unknown || entry.state === 'unknown' || entry.state === 'unreadable') entries.push(entry);
  }
  if (json) {
    await out.write(cleanJson(entries));
    return exitCodes.done;
  }
  const writer = await createRowWriter('table', ['order', 'state', 'sent', 'by', 'why'], out);
  await out.write(writer.add(entries.map(rowOf)) + writer.end());
  const open = entries.filter(({ state }) => state === 'unknown' || state === 'unreadable').length;
  if (open > 0) {
    await err.write(
      `${open} of unknown outcome. Look for each in SnelStart, then record what you find: wemasy-orders confirm ID --synced (or --not-synced).\n`,
    );
  }
  return exitCodes.done;
}

function rowOf(entry: JournalEntry): Row {
  if (entry.state === 'unreadable') return [entry.orderId, entry.state, null, null, cleanText(entry.reason)];
  const last = entry.attempts.at(-1);
  const by = last === undefined ? null : cleanText(`${last.by.app} on ${last.by.host}`);
  return [entry.orderId, entry.state.replace('_', ' '), last?.startedAt ?? null, by, whyOf(last)];
}

/** What is worth knowing about the last attempt. */
function whyOf(attempt: Attempt | undefined): string | null {
  if (attempt === undefined) return null;
  const resolution = attempt.resolutions?.at(-1);
  if (resolution !== undefined) return `confirmed as ${resolution.as.replace('_', ' ')} at ${resolution.at}`;
  return reasonText(attempt) || null;
}
