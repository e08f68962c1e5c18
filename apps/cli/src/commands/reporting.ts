import { Option } from 'commander';
import * as z from 'zod';
import { isOn, jsonOption } from '../command.js';

/** How commands that send orders report on them. */
export const reportingOptions: readonly Option[] = [
  new Option('--report <file>', 'Also write the report to a file, as JSON'),
  new Option('--quiet', 'Print nothing unless something needs attention; for cron'),
  jsonOption('Write the report as JSON instead of a table'),
];

export const ReportingValues = z.object({ report: z.string().optional(), quiet: isOn, json: isOn });
