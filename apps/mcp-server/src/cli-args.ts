import { parseArgs, type ParseArgsConfig } from 'node:util';

// Parsed before anything else is loaded, so this file imports nothing of the product.

/** An address to listen on. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | ({ readonly kind: 'doctor' | 'rotate_keys' } & Target)
  /** `http` is absent where the server speaks over stdio, `metrics` where they are not served. */
  | ({ readonly kind: 'serve'; readonly http?: HttpAddress; readonly metrics?: HttpAddress } & Target)
  | { readonly kind: 'usage_error'; readonly message: string };

/** What is worked with, and how. */
export interface Target {
  /** Values of flags by flag name, as given. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** Whether it is a sandbox inside this process instead of an account. */
  readonly sandbox: boolean;
  /** Where the sandbox keeps its orders and the journal; undefined where it keeps them in memory. */
  readonly sandboxFolder?: string;
}

/** A flag that sets a setting. */
export interface SettingFlag {
  readonly flag: string;
  readonly takesValue: boolean;
}

/** Flags that say which account is called; beside `--sandbox` they contradict it. */
export const accountFlags: readonly string[] = ['api-url', 'api-token-file', 'account', 'rate-limits'];

/** Reads the command line. The token is not among its flags. */
export function parseCommand(argv: readonly string[], settingFlags: readonly SettingFlag[]): Command {
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

/** Whether only this machine reaches it. */
export function isLoopback({ host }: HttpAddress): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1)$/.test(host);
}
