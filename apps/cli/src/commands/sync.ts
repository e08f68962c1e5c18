import { Option } from 'commander';
import { type CommandDefinition, isOn } from '../command.js';
import { duration } from '../duration.js';
import { readOrderIds } from '../orders/order-ids.js';
import { sendingAllowance } from '../sending/allowance.js';
import { refuseReadOnly } from '../session.js';
import { reportingOptions, ReportingValues } from './reporting.js';

const { limit, windowMs } = sendingAllowance({});

const Values = ReportingValues.extend({ resend: isOn });

export const sync: CommandDefinition = {
  name: 'sync',
  summary: 'Send orders to SnelStart',
  description: [
    'Sends the named orders to SnelStart, one after the other, as fast as the API allows',
    `(${limit} in ${duration(windowMs)} unless configured otherwise). It does not resend an order that is already in`,
    'bookkeeping. Ctrl-C ends the run after the order in flight; the same command continues it.',
  ].join(' '),
  arguments: [
    { name: '[ids...]', meaning: 'Order ids (not order numbers); - or none: read them from stdin' },
  ],
  options: [
    new Option('--resend', 'Send orders that were sent before; the API then books them a second time'),
    ...reportingOptions,
  ],
  examples: [
    ['wemasy-orders sync 2502', 'one order'],
    ['wemasy-orders sync 2502 2503 --json', 'two orders, with their outcomes as JSON'],
    ['wemasy-orders sync < ids.txt', 'the orders whose ids are in a file'],
  ],
  async action({ args, options }, session) {
    const values = Values.parse(options);
    refuseReadOnly(session, 'sync');
    const orderIds = await readOrderIds(args, session.terminal.stdin);
    const { sendAndReport } = await import('../sending/send-and-report.js');
    return await sendAndReport({ ...values, orderIds, priority: 'interactive' }, session);
  },
};
