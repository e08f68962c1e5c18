import { readFileSync } from 'node:fs';
import { preferLittleMemory } from '@wemasy-orders/runtime/v8-flags';
import { type Command, parseCommand } from './cli-args.js';
import { openStdioChannel, type StdioChannel } from './frames/stdio-channel.js';
import { endingSignals, type Program } from './program.js';
import { type RecordedResponses, respondFromRecord } from './recorded-responses/recorded-responses.js';

/**
 * Answers what every client asks first, and loads the rest of the program with the first request that needs it: most
 * servers that assistants start are asked for their tools and then for nothing more.
 */
export async function start(program: Program): Promise<void> {
  const recorded = readRecord();
  const command = recorded && parseCommand(program.argv, recorded.flags);
  let channel: StdioChannel | undefined;
  if (recorded !== undefined && command?.kind === 'serve' && command.http === undefined) {
    channel = openStdioChannel(program.stdio());
    const leave = () => process.exit(0);
    for (const signal of endingSignals) process.once(signal, leave);
    const values = recorded.variables.map((name) => valueOf(name, command.flags, program.environment));
    const isOver = await Promise.race([
      respondFromRecord({ recorded, values, channel }).then(() => false),
      channel.ended.then(() => true),
      channel.broken.then(leave),
    ]);
    for (const signal of endingSignals) process.off(signal, leave);
    if (isOver) return;
  }
  // A server over HTTP may have many callers, and answers them 1.5 to 2 times as fast with V8's usual flags.
  if (command?.kind !== 'serve' || command.http === undefined) preferLittleMemory({ optimizes: false });
  const { run } = await import('./run.js');
  await run(program, channel);
}

/** The value of a setting, with the same precedence as `readConfig` gives it. */
function valueOf(
  variable: string,
  flags: Extract<Command, { kind: 'serve' }>['flags'],
  environment: Program['environment'],
): string {
  const flag = flags[variable.replace('WEMASY_', '').toLowerCase().replaceAll('_', '-')];
  return typeof flag === 'boolean' ? (flag ? 'on' : 'off') : (flag ?? environment[variable] ?? '');
}

/** Written by the build, beside the bundle; while it is being recorded there is none. */
function readRecord(): RecordedResponses | undefined {
  try {
    return JSON.parse(readFileSync(new URL('./recorded-responses.json', import.meta.url), 'utf8'));
  } catch {
    return undefined;
  }
}
