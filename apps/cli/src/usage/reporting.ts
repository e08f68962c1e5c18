import { Option } from 'commander';
import * as z from 'zod';
import { isOn, jsonOption } from './definition.js';

/** How commands that send orders tell what became of it. */
export const reporting: readonly Option[] = [
  new Option('--report <file>', 'Write the report to a file as JSON, too'),
  new Option('--quiet', 'Print nothing unless something needs attention; for cron'),
  jsonOption('The report as JSON instead of a table'),
];

export const ReportingValues = z.object({ report: z.string().optional(), quiet: isOn, json: isOn });
