import { ListOrdersRequest, OrderStatus } from '@wemasy-orders/client/schemas';
import { Option } from 'commander';
import * as z from 'zod';
import { type CommandDefinition, isOn } from '../command.js';
import { createArgumentOptions } from '../argument-options.js';
import { sandboxOption, settingsOptions } from '../settings-options.js';
import { reportingOptions, ReportingValues } from './reporting.js';

const ownOptions = [
  new Option('--status <status...>', 'Send flagged orders with these statuses only; may be repeated').choices(
    OrderStatus.options,
  ),
  new Option('--every-status', 'Send flagged orders whatever their status').conflicts('status'),
  new Option('--dry-run', 'Show what would be sent, and send nothing'),
  new Option('--yes', 'Send without asking; required where there is no terminal'),
  ...reportingOptions,
];

const filters = createArgumentOptions(
  [...ownOptions, sandboxOption, ...settingsOptions],
  ListOrdersRequest.omit({ status: true }),
);

const Values = ReportingValues.extend({
  status: z.array(OrderStatus).optional(),
  everyStatus: isOn,
  dryRun: isOn,
  yes: isOn,
});

export const syncDue: CommandDefinition = {
  name: 'sync-due',
  summary: 'Send every paid order that is flagged for it; for cron',
  description: [
    'Finds the orders whose flag should_snelstart_sync is set and sends them to SnelStart, oldest first. Flagged orders that',
    'are cancelled, failed, pending or on hold are left out and named, and the exit code is 1: choose with --status or',
    "--every-status. Until its last minute a run leaves a part of the API's allowance to people. Ctrl-C ends it after the",
    'order in flight. However a run ended, the same command continues it and sends no order twice.',
  ].join(' '),
  options: [...filters.options, ...ownOptions],
  examples: [
    ['wemasy-orders sync-due --dry-run', 'show what a run would do'],
    ['wemasy-orders sync-due --status paid --status completed', 'show what it would send, ask, and send'],
    [
      'wemasy-orders sync-due --yes --quiet --report report.json',
      'the nightly job: prints something only when it needs you',
    ],
  ],
  async action({ options }, session) {
    const values = Values.parse(options);
    const { sendDueOrders } = await import('../sending/send-due-orders.js');
    return await sendDueOrders({ ...values, filters: filters.read(options) }, session);
  },
};
