import { JournalUnreadableError, type OrderHistory, type OrderSync } from '@wemasy-orders/order-sync';
import { cleanText } from '@wemasy-orders/presentation';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { createRowText, type Row } from '../output/rows.js';
import { cleanJson } from '../output/json.js';
import type { Manner, Session } from '../session.js';

export interface JournalOptions extends Manner {
  /** Only orders of which nobody knows whether they arrived. */
  readonly unknown: boolean;
}

/** What the journal says of one order; `unreadable` where its record makes no sense. */
type Entry =
  OrderHistory | { readonly orderId: number; readonly state: 'unreadable'; readonly reason: string };

/** Shows every order that was sent from here, or may have been, and what became of it. */
export async function journal({ unknown, json }: JournalOptions, session: Session): Promise<ExitCode> {
  const { orderSync, recordedOrders } = session.services();
  const { out, err } = session.terminal;
  const entries: Entry[] = [];
  for (const orderId of await recordedOrders()) {
    const entry = await look(orderSync, orderId);
    if (!unknown || entry.state === 'unknown' || entry.state === 'unreadable') entries.push(entry);
  }
  if (json) {
    await out.write(cleanJson(entries));
    return exitCodes.done;
  }
  const text = createRowText('table', ['order', 'state', 'sent', 'by', 'why'], out);
  await out.write(text.add(entries.map(rowOf)) + text.end());
  const open = entries.filter(({ state }) => state === 'unknown' || state === 'unreadable').length;
  if (open > 0) {
    await err.write(
      `${open} of unknown outcome. Look for each in SnelStart, then say what is there: wemasy-orders confirm ID --synced (or --not-synced).\n`,
    );
  }
  return exitCodes.done;
}

async function look(orderSync: Pick<OrderSync, 'history'>, orderId: number): Promise<Entry> {
  try {
    return await orderSync.history(orderId);
  } catch (error) {
    if (error instanceof JournalUnreadableError)
      return { orderId, state: 'unreadable', reason: error.message };
    throw error;
  }
}

function rowOf(entry: Entry): Row {
  if (entry.state === 'unreadable') return [entry.orderId, entry.state, null, null, cleanText(entry.reason)];
  const last = entry.attempts.at(-1);
  const by = last === undefined ? null : cleanText(`${last.by.app} on ${last.by.host}`);
  return [entry.orderId, entry.state.replace('_', ' '), last?.startedAt ?? null, by, whyOf(entry)];
}

/** What is worth knowing of the last attempt. */
function whyOf({ attempts }: OrderHistory): string | null {
  const last = attempts.at(-1);
  const said = last?.resolutions?.at(-1);
  if (said !== undefined) return `confirmed as ${said.as.replace('_', ' ')} at ${said.at}`;
  if (last?.state === 'rejected' || last?.state === 'unknown') return cleanText(last.reason);
  return null;
}
