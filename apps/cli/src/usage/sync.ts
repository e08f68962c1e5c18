import { Option } from 'commander';
import { sync as syncOrders } from '../commands/sync.js';
import { type Definition, isOn } from './definition.js';
import { reporting, ReportingValues } from './reporting.js';

const Values = ReportingValues.extend({ resend: isOn });

export const sync: Definition = {
  name: 'sync',
  summary: 'Send orders to SnelStart',
  description: [
    'Sends the named orders to SnelStart, one after the other, as fast as the API allows (5 a minute unless it was set',
    'otherwise). An order that is in bookkeeping already is not sent again. Ctrl-C ends it after the order that is under',
    'way; the same command goes on where it stopped.',
  ].join(' '),
  argument: { name: '[ids...]', meaning: 'Order ids (not order numbers); - or none: read them from stdin' },
  options: [
    new Option(
      '--resend',
      'Send although it was sent before; the API books an order twice when it is sent twice',
    ),
    ...reporting,
  ],
  examples: [
    ['wemasy-orders sync 2502', 'one order'],
    ['wemasy-orders sync 2502 2503 --json', 'two orders; what became of them as JSON'],
    ['wemasy-orders sync < ids.txt', 'the orders whose ids stand in a file'],
  ],
  async run({ words, values }, session) {
    const { report, ...options } = Values.parse(values);
    return await syncOrders({ ...options, report, words }, session);
  },
};
