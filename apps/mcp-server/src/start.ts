import { readFileSync } from 'node:fs';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { preferLittleMemory } from '@wemasy-orders/runtime/v8-flags';
import { openStdioChannel } from './frames/stdio-channel.js';
import type { HttpAddress, Output, Program, SettingFlag, Target } from './program.js';
import { type RecordedResponses, respondFromRecord } from './recorded-responses/recorded-responses.js';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | ({ readonly kind: 'doctor' | 'rotate_keys' } & Target)
  /** `http` is absent where the server speaks over stdio, `metrics` where they are not served. */
  | ({ readonly kind: 'serve'; readonly http?: HttpAddress; readonly metrics?: HttpAddress } & Target)
  | { readonly kind: 'usage_error'; readonly message: string };

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
    return JSON.parse(readFileSync(`${import.meta.dirname}/recorded-responses.json`, 'utf8'));
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

/** Flags that say which account is called; beside `--sandbox` they contradict it. */
export const accountFlags: readonly string[] = ['api-url', 'api-token-file', 'account', 'rate-limits'];

/** Reads the command line. The token is not among its flags. */
export function parseCommand(argv: readonly string[], settingFlags: readonly SettingFlag[]): Command {
  // As most assistants start it; parsing nothing would take half a millisecond.
  if (argv.length === 0) return { kind: 'serve', flags: {}, sandbox: false };
  const options: NonNullable<ParseArgsConfig['options']> = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
    http: { type: 'string' },
    metrics: { type: 'string' },
    sandbox: { type: 'boolean' },
    'sandbox-folder': { type: 'string' },
  };
  for (const { flag, takesValue } of settingFlags)
    options[flag] = { type: takesValue ? 'string' : 'boolean' };
  let parsed;
  try {
    parsed = parseArgs({
      args: argv.map(withFolderApart).flat(),
      options,
      allowPositionals: true,
      allowNegative: true,
    });
  } catch (error) {
    return usageError(error instanceof Error ? error.message : String(error));
  }
  const {
    help,
    version,
    http,
    metrics,
    sandbox = false,
    'sandbox-folder': folder,
    ...values
  } = parsed.values;
  const [verb, ...surplus] = parsed.positionals;
  if (help === true) return { kind: 'help' };
  if (version === true) return { kind: 'version' };
  if ((verb !== undefined && verb !== 'doctor' && verb !== 'rotate-keys') || surplus.length > 0) {
    return usageError(
      `${[verb, ...surplus].join(' ')} is not a command; the commands are doctor and rotate-keys.`,
    );
  }
  const flags = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]),
  );
  const contradicting = accountFlags.filter((flag) => flags[flag] !== undefined);
  if (sandbox === true && contradicting.length > 0) {
    return usageError(`--sandbox calls no account: leave --${contradicting.join(' and --')} out.`);
  }
  const target: Target = {
    flags,
    sandbox: sandbox === true,
    ...(typeof folder === 'string' ? { sandboxFolder: folder } : {}),
  };
  if (verb === 'doctor') return { kind: 'doctor', ...target };
  if (verb === 'rotate-keys') return { kind: 'rotate_keys', ...target };
  if (http === undefined) {
    return metrics === undefined
      ? { kind: 'serve', ...target }
      : usageError('--metrics needs --http: over stdio nothing can read them.');
  }
  const address = parseAddress('http', String(http));
  const metricsAddress = metrics === undefined ? undefined : parseAddress('metrics', String(metrics));
  if (typeof address === 'string') return usageError(address);
  if (typeof metricsAddress === 'string') return usageError(metricsAddress);
  return {
    kind: 'serve',
    ...target,
    http: address,
    ...(metricsAddress === undefined ? {} : { metrics: metricsAddress }),
  };
}

/** `--sandbox` may carry a folder, which `parseArgs` knows only of a flag that always has a value. */
function withFolderApart(argument: string): readonly string[] {
  const folder = argument.startsWith('--sandbox=') ? argument.slice('--sandbox='.length) : undefined;
  return folder === undefined ? [argument] : ['--sandbox', `--sandbox-folder=${folder}`];
}

function usageError(message: string): Command {
  return { kind: 'usage_error', message };
}

/** `[host:]port`; a sentence where it is none. */
function parseAddress(flag: string, text: string): HttpAddress | string {
  const [, host = '127.0.0.1', port = ''] = /^(?:(\[[\da-f:.]+\]|[\w.-]+):)?(\d{1,5})$/i.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) {
    return `--${flag} takes [host:]port, e.g. --${flag} 4020, not ${text}.`;
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
