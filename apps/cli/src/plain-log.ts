import * as z from 'zod';

const LogEntry = z.object({ message: z.string(), fault: z.string().optional() });

/** Writes log lines as sentences for people. */
export function plainLog(write: (text: string) => void): (line: string) => void {
  return (line) => {
    const { message, fault } = LogEntry.parse(JSON.parse(line));
    // A command that cannot continue because of a configuration fault reports it itself.
    if (fault === undefined) write(`wemasy-orders: ${message}\n`);
  };
}
