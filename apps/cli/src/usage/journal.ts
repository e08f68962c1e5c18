import { Option } from 'commander';
import * as z from 'zod';
import { journal as showJournal } from '../commands/journal.js';
import { type Definition, isOn, jsonOption } from './definition.js';

export const journal: Definition = {
  name: 'journal',
  summary: 'Show what was sent, by whom, and what became of it',
  description: [
    'Shows every order that was sent from here, by this command line or by an assistant, and what became of it. The API is',
    'not asked. An outcome is unknown when the answer was lost or the process ended in between: such an order is not sent',
    'again until somebody has looked, see wemasy-orders confirm.',
  ].join(' '),
  options: [
    new Option('--unknown', 'Only orders of unknown outcome'),
    jsonOption('Every attempt of each order, as JSON'),
  ],
  examples: [
    ['wemasy-orders journal', 'all orders that were sent'],
    ['wemasy-orders journal --unknown', 'those that somebody has to look up'],
  ],
  async run({ values }, session) {
    return await showJournal(z.object({ unknown: isOn, json: isOn }).parse(values), session);
  },
};
