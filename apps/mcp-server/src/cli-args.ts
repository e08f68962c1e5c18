import { parseArgs, type ParseArgsConfig } from 'node:util';
import { accountFlags, type ConfigSources, describeSettings, settingsHelp } from '@wemasy-orders/runtime';

/** A loopback address to listen on. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | ({ readonly kind: 'doctor' } & Target)
  /** `http` is absent where the server speaks over stdio. */
  | ({ readonly kind: 'serve'; readonly http?: HttpAddress } & Target)
  | { readonly kind: 'misuse'; readonly fault: string };

/** What is worked with, and how. */
export interface Target {
  readonly flags: ConfigSources['flags'];
  /** Whether it is a sandbox inside this process instead of an account. */
  readonly sandbox: boolean;
}

/** Reads the command line. The token is not among its flags. */
export function parseCommand(argv: readonly string[]): Command {
  const options: NonNullable<ParseArgsConfig['options']> = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
    http: { type: 'string' },
    sandbox: { type: 'boolean' },
  };
  for (const { flag, takesValue } of describeSettings()) {
    if (flag !== undefined) options[flag] = { type: takesValue ? 'string' : 'boolean' };
  }
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    return { kind: 'misuse', fault: error instanceof Error ? error.message : String(error) };
  }
  const { help, version, http, sandbox = false, ...values } = parsed.values;
  const [verb, ...surplus] = parsed.positionals;
  if (help === true) return { kind: 'help' };
  if (version === true) return { kind: 'version' };
  if ((verb !== undefined && verb !== 'doctor') || surplus.length > 0) {
    return {
      kind: 'misuse',
      fault: `${[verb, ...surplus].join(' ')} is not a command; the one there is is doctor.`,
    };
  }
  const flags = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]),
  );
  const contradicting = accountFlags.filter((flag) => flags[flag] !== undefined);
  if (sandbox === true && contradicting.length > 0) {
    return {
      kind: 'misuse',
      fault: `--sandbox calls no account: leave --${contradicting.join(' and --')} out.`,
    };
  }
  const target = { flags, sandbox: sandbox === true };
  if (verb === 'doctor') return { kind: 'doctor', ...target };
  if (http === undefined) return { kind: 'serve', ...target };
  const address = parseAddress(String(http));
  return typeof address === 'string'
    ? { kind: 'misuse', fault: address }
    : { kind: 'serve', ...target, http: address };
}

/** `[host:]port`; a fault where it is none, or where others than this machine could reach it. */
function parseAddress(text: string): HttpAddress | string {
  const [, host = '127.0.0.1', port = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) return `--http takes [host:]port, e.g. --http 4020, not ${text}.`;
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (!/^(localhost|127(\.\d{1,3}){3}|::1)$/.test(bare)) {
    return `--http listens on this machine only (127.0.0.1, ::1 or localhost), not on ${host}.`;
  }
  return { host: bare, port: Number(port) };
}

/** What `--help` prints. */
export function helpText(): string {
  return [
    'wemasy-orders-mcp: MCP server for the orders of a Wemasy webshop',
    '',
    'Usage:',
    '  wemasy-orders-mcp [flags]                       speak over stdio; an AI assistant starts it so',
    '  wemasy-orders-mcp --http [host:]port [flags]    speak Streamable HTTP at /mcp, on this machine only',
    '  wemasy-orders-mcp doctor [flags]                check the set-up; exits 1 when something is wrong',
    '  wemasy-orders-mcp --help | --version',
    '',
    'With --sandbox, all of them work against a sandbox inside the process: invented orders, no token, nothing that',
    'reaches Wemasy or SnelStart. Address, token and limits of an account are then left aside, wherever they are set.',
    '',
    'The environment configures it; a flag wins over its variable:',
    settingsHelp(),
  ].join('\n');
}
