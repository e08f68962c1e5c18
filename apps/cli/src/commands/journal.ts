import {
  type Attempt,
  JournalUnreadableError,
  type OrderHistory,
  type OrderSync,
} from '@wemasy-orders/order-sync';
import { cleanText } from '@wemasy-orders/presentation';
import { Option } from 'commander';
import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { createRowWriter } from '../output/formats.js';
import { cleanJson } from '../output/json.js';
import type { Row } from '../output/row-writer.js';

export const journal: CommandDefinition = {
  name: 'journal',
  summary: 'Show which orders were sent, by whom, and their outcomes',
  description: [
    'Shows every order that this command line or an assistant sent with this journal, and its outcome. It does not ask the',
    'API. An outcome is unknown when the answer was lost or the process ended first. Such an order is not resent until you',
    'record what SnelStart has, see wemasy-orders confirm.',
  ].join(' '),
  options: [
    new Option('--unknown', 'Only orders with an unknown outcome'),
    jsonOption('Write every attempt of each order as JSON'),
  ],
  examples: [
    ['wemasy-orders journal', 'all orders that were sent'],
    ['wemasy-orders journal --unknown', 'the orders to look for in SnelStart'],
  ],
  async action({ options }, session) {
    const { unknown, json } = z.object({ unknown: isOn, json: isOn }).parse(options);
    const { orderSync, recordedOrders } = session.services();
    const { out, err } = session.terminal;
    const entries: JournalEntry[] = [];
    for (const orderId of await recordedOrders()) {
      const entry = await readEntry(orderSync, orderId);
      if (!unknown || entry.state === 'unknown' || entry.state === 'unreadable') entries.push(entry);
    }
    if (json) {
      await out.write(cleanJson(entries));
      return exitCodes.done;
    }
    const writer = createRowWriter('table', ['order', 'state', 'sent', 'by', 'why'], out);
    await out.write(writer.add(entries.map(rowOf)) + writer.end());
    const open = entries.filter(({ state }) => state === 'unknown' || state === 'unreadable').length;
    if (open > 0) {
      await err.write(
        `${open} of unknown outcome. Look for each in SnelStart, then record what you find: wemasy-orders confirm ID --synced (or --not-synced).\n`,
      );
    }
    return exitCodes.done;
  },
};

/** The journal's record of one order. */
type JournalEntry =
  OrderHistory | { readonly orderId: number; readonly state: 'unreadable'; readonly reason: string };

async function readEntry(orderSync: Pick<OrderSync, 'history'>, orderId: number): Promise<JournalEntry> {
  try {
    return await orderSync.history(orderId);
  } catch (error) {
    if (error instanceof JournalUnreadableError)
      return { orderId, state: 'unreadable', reason: error.message };
    throw error;
  }
}

function rowOf(entry: JournalEntry): Row {
  if (entry.state === 'unreadable') return [entry.orderId, entry.state, null, null, cleanText(entry.reason)];
  const last = entry.attempts.at(-1);
  const by = last === undefined ? null : cleanText(`${last.by.app} on ${last.by.host}`);
  return [entry.orderId, entry.state.replace('_', ' '), last?.startedAt ?? null, by, whyOf(last)];
}

function whyOf(attempt: Attempt | undefined): string | null {
  const resolution = attempt?.resolutions?.at(-1);
  if (resolution !== undefined) return `confirmed as ${resolution.as.replace('_', ' ')} at ${resolution.at}`;
  return attempt?.state === 'rejected' || attempt?.state === 'unknown' ? cleanText(attempt.reason) : null;
}

/** An attempt in one line: when, by whom, and its outcome. */
export function attemptText(attempt: Attempt): string {
  const { by, startedAt } = attempt;
  const sender = `${by.app} ${by.version}, process ${by.pid} on ${by.host}`;
  const resolution = attempt.resolutions?.at(-1);
  const confirmed =
    resolution === undefined ? '' : ` Confirmed as ${resolution.as.replace('_', ' ')} at ${resolution.at}.`;
  return `${startedAt} ${cleanText(sender)}: ${attempt.state}${detailOf(attempt)}${confirmed}`;
}

function detailOf(attempt: Attempt): string {
  switch (attempt.state) {
    case 'sending':
      return '.';
    case 'synced':
      return attempt.message === '' ? '.' : `, the API says ${JSON.stringify(cleanText(attempt.message))}.`;
    case 'rejected':
    case 'unknown':
      return `. ${cleanText(attempt.reason)}`;
  }
}
