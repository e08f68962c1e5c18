import { Option } from 'commander';
import { syncDue as syncDueOrders } from '../commands/sync-due.js';
import { type Definition, isOn } from './definition.js';
import { filters, readFilters } from './filters.js';
import { reporting, ReportingValues } from './reporting.js';

const Values = ReportingValues.extend({ dryRun: isOn, yes: isOn });

export const syncDue: Definition = {
  name: 'sync-due',
  summary: 'Send every order that is flagged for it; for cron',
  description: [
    'Finds the orders whose flag should_snelstart_sync is set and sends them to SnelStart, oldest first. It leaves a part',
    "of the API's allowance to people until its last minute. Ctrl-C ends it after the order that is under way. Run again,",
    'whatever ended it, it goes on where it stopped and sends no order twice.',
  ].join(' '),
  options: [
    ...filters,
    new Option('--dry-run', 'Show what would be sent, and send nothing'),
    new Option('--yes', 'Send without asking; needed where nobody can answer'),
    ...reporting,
  ],
  examples: [
    ['wemasy-orders sync-due --dry-run', 'what a run would do'],
    ['wemasy-orders sync-due --status paid', 'shows what it would send, asks, and sends'],
    [
      'wemasy-orders sync-due --yes --quiet --report report.json',
      'the nightly job: a word only when something is wrong',
    ],
  ],
  async run({ values }, session) {
    const { report, ...options } = Values.parse(values);
    return await syncDueOrders({ ...options, report, filters: readFilters(values) }, session);
  },
};
