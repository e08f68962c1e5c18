import type { Attempt } from '@wemasy-orders/order-sync';
import { cleanText } from '@wemasy-orders/presentation';
import { Option } from 'commander';
import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { type JournalEntry, readEntry, reasonText, showEvidence } from '../orders/evidence.js';
import { parseOrderIds } from '../orders/order-ids.js';
import { createRowWriter } from '../output/formats.js';
import { cleanJson } from '../output/json.js';
import type { Row } from '../output/row-writer.js';
import { refuseReadOnly } from '../session.js';

const use: CommandDefinition = {
  name: 'use',
  summary: 'Record that this journal is the right one',
  description: [
    'Records that the journal at the present place is the right one for the account. Orders are not sent while the journal is',
    'not the one that was used before. First find out why it is another one: an order that only the other journal knows can',
    'be booked twice.',
  ].join(' '),
  options: [jsonOption()],
  examples: [['wemasy-orders journal use', 'send orders with this journal from now on']],
  async action({ options }, session) {
    refuseReadOnly(session, 'journal use');
    const { json } = z.object({ json: isOn }).parse(options);
    const { place, journal: generation, account } = await session.services().journal.useJournal();
    const id = generation?.id ?? null;
    await session.terminal.out.write(
      json
        ? cleanJson({ journal: id, place, account: account ?? null })
        : `Journal ${id ?? '(not begun)'} at ${place} is in use now.\n`,
    );
    return exitCodes.done;
  },
};

export const journal: CommandDefinition = {
  name: 'journal',
  onlyPrints: true,
  summary: 'Show which orders were sent, by whom, and their outcomes',
  description: [
    'Shows every order that this command line or an assistant sent with this journal, and its outcome, without asking the',
    'API. With an id it shows every attempt of that order, and what the API says about it. An outcome is unknown when the',
    'answer was lost or the process ended first. Such an order is not resent until you record what SnelStart has, see',
    'wemasy-orders confirm.',
  ].join(' '),
  subcommands: [use],
  arguments: [{ name: '[id]', meaning: 'Order id (not the order number)' }],
  options: [
    new Option('--unknown', 'Only orders with an unknown outcome'),
    jsonOption('Write every attempt of each order as JSON'),
  ],
  examples: [
    ['wemasy-orders journal', 'all orders that were sent'],
    ['wemasy-orders journal --unknown', 'the orders to look for in SnelStart'],
    ['wemasy-orders journal 2502', 'what journal and API know about one order'],
  ],
  async action({ args, options }, session) {
    const { unknown, json } = z.object({ unknown: isOn, json: isOn }).parse(options);
    const [orderId] = parseOrderIds(args);
    if (orderId !== undefined) return await showEvidence(orderId, { json }, session);
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
