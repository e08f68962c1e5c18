import { Option } from 'commander';
import * as z from 'zod';
import { type CommandDefinition, isOn, jsonOption } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { parseOrderIds } from '../orders/order-ids.js';
import { cleanJson } from '../output/json.js';
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
    if (orderId === undefined) {
      const { showJournal } = await import('../orders/show-journal.js');
      return await showJournal({ unknown, json }, session);
    }
    const { showEvidence } = await import('../orders/evidence.js');
    return await showEvidence(orderId, { json }, session);
  },
};
