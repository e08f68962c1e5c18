import { driftText } from '@wemasy-orders/presentation';
import * as z from 'zod';

const LogEntry = z.object({
  message: z.string(),
  fault: z.string().optional(),
  drift: z
    .array(
      z.object({
        path: z.string(),
        expected: z.string(),
        found: z.string(),
        result: z.enum(['converted', 'absent']),
      }),
    )
    .default([]),
});

/** Writes log lines as sentences for people. */
export function plainLog(write: (text: string) => void): (line: string) => void {
  return (line) => {
    const { message, fault, drift } = LogEntry.parse(JSON.parse(line));
    // A command that cannot continue because of a configuration fault reports it itself.
    if (fault === undefined) write(`wemasy-orders: ${driftText(drift) ?? message}\n`);
  };
}
