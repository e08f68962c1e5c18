import { Option } from 'commander';
import * as z from 'zod';
import { confirm as confirmOrder } from '../commands/confirm.js';
import { type Definition, isOn, jsonOption } from './definition.js';

const Values = z.object({ synced: z.boolean().optional(), notSynced: isOn, json: isOn });

export const confirm: Definition = {
  name: 'confirm',
  summary: 'Say what is in SnelStart about an order of unknown outcome',
  description: [
    'An order whose answer was lost is not sent again until somebody has looked. Look for it in SnelStart, then say what',
    'is there. Without --synced or --not-synced it shows what the journal and the API know of the order, and records',
    'nothing. Saying the other thing later corrects it.',
  ].join(' '),
  argument: { name: '<id>', meaning: 'Order id (not the order number)' },
  options: [
    new Option('--synced', 'It is in SnelStart: never send it again').conflicts('notSynced'),
    new Option('--not-synced', 'It is not there: send it with the next sync'),
    jsonOption(),
  ],
  examples: [
    ['wemasy-orders confirm 2502', 'what is known of the order'],
    ['wemasy-orders confirm 2502 --synced', 'it was found in SnelStart'],
    ['wemasy-orders confirm 2502 --not-synced', 'it was not found there'],
  ],
  async run({ words, values }, session) {
    const { synced, notSynced, json } = Values.parse(values);
    const verdict = synced === true ? 'synced' : notSynced ? 'not_synced' : undefined;
    return await confirmOrder({ words, verdict, json }, session);
  },
};
