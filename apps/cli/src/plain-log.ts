import * as z from 'zod';

const LogEntry = z.object({ message: z.string(), fault: z.string().optional() });

/** Takes the lines of the log and writes those that a person should see, as sentences. */
export function plainLog(write: (text: string) => void): (line: string) => void {
  return (line) => {
    const { message, fault } = LogEntry.parse(JSON.parse(line));
    // A command that cannot go on because of a fault says so itself.
    if (fault === undefined) write(`wemasy-orders: ${message}\n`);
  };
}
