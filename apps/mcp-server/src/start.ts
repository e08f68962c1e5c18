import { readFileSync } from 'node:fs';
import { preferLittleMemory } from '@wemasy-orders/runtime/v8-flags';
import { parseCommand, type Target } from './cli-args.js';
import { openStdioChannel } from './frames/stdio-channel.js';
import type { Output, Program } from './program.js';
import { type RecordedResponses, respondFromRecord } from './recorded-responses/recorded-responses.js';

/**
 * Does what the command line asks for, and loads only what that needs: most servers that assistants start are asked for
 * their tools and then for nothing more.
 */
export async function start(program: Program): Promise<void> {
  const recorded = readRecord();
  const flags = recorded?.flags ?? (await import('./help-text.js')).settingFlags();
  const command = parseCommand(program.argv, flags);
  if (command.kind === 'serve') {
    const { http } = command;
    if (http === undefined) return startOverStdio(command, program, recorded);
    // With V8's usual flags, since it may have many callers, and answers them 1.5 to 2 times as fast.
    const { serveHttp } = await import('./serve-http.js');
    const target = { ...command, http };
    return serveHttp({ target, program, output: outputOf(program), signal: endingSignal() });
  }
  preferLittleMemory({ optimizes: false });
  const output = outputOf(program);
  switch (command.kind) {
    case 'help':
      return output.print((await import('./help-text.js')).helpText());
    case 'version':
      return output.print(PACKAGE_VERSION);
    case 'doctor':
      return (await import('./commands.js')).diagnose(command, program, output);
    case 'rotate_keys':
      return (await import('./commands.js')).rotate(command, program, output);
    case 'usage_error':
      output.printError(`wemasy-orders-mcp: ${command.message}\nSee wemasy-orders-mcp --help.`);
      process.exitCode = 2;
  }
}

/** Answers what every client asks first, and loads the server with the first request that needs it. */
async function startOverStdio(
  target: Target,
  program: Program,
  recorded: RecordedResponses | undefined,
): Promise<void> {
  const channel = openStdioChannel(program.stdio());
  const signal = endingSignal();
  if (recorded !== undefined) {
    const values = recorded.variables.map((name) => valueOf(name, target.flags, program.environment));
    const end = await Promise.race([
      respondFromRecord({ recorded, values, channel }).then(() => undefined),
      channel.ended.then(() => 'stdin has ended' as const),
      Promise.race([channel.broken, signal]).then(() => 'the client is gone' as const),
    ]);
    if (end === 'stdin has ended') return;
    if (end === 'the client is gone') process.exit(0);
  }
  preferLittleMemory({ optimizes: false });
  const { serveStdio } = await import('./transports/stdio.js');
  await serveStdio({ target, program, output: outputOf(program), channel, signal });
  process.exit(0);
}

/** Resolves with the first signal that asks the process to end; a second one ends it at once. */
function endingSignal(): Promise<string> {
  return new Promise((resolve) => {
    let isEnding = false;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
      process.on(name, () => {
        if (isEnding) process.exit(1);
        isEnding = true;
        resolve(name);
      });
    }
  });
}

/** The value of a setting, with the same precedence as `readConfig` gives it. */
function valueOf(variable: string, flags: Target['flags'], environment: Program['environment']): string {
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

function outputOf({ stdio, stderr }: Program): Output {
  const errors = stderr();
  errors.on('error', () => undefined);
  return {
    print: (line) => void stdio().stdout.write(`${line}\n`),
    printError: (line) => void errors.write(`${line}\n`),
    writeLog: (line) => void errors.write(line),
  };
}
