import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type ConfigSources, describeSettings, settingsHelp } from '@wemasy-orders/setup';

/** A loopback address to listen on. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'doctor'; readonly flags: ConfigSources['flags'] }
  /** `http` is absent where the server speaks over stdio. */
  | { readonly kind: 'serve'; readonly flags: ConfigSources['flags']; readonly http?: HttpAddress }
  | { readonly kind: 'misuse'; readonly fault: string };

/** Reads the command line. The token is not among its flags. */
export function parseCommand(argv: readonly string[]): Command {
  const options: NonNullable<ParseArgsConfig['options']> = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
    http: { type: 'string' },
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
  const { help, version, http, ...values } = parsed.values;
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
  if (verb === 'doctor') return { kind: 'doctor', flags };
  if (http === undefined) return { kind: 'serve', flags };
  const address = parseAddress(String(http));
  return typeof address === 'string'
    ? { kind: 'misuse', fault: address }
    : { kind: 'serve', flags, http: address };
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
    'The environment configures it; a flag wins over its variable:',
    settingsHelp(),
  ].join('\n');
}
