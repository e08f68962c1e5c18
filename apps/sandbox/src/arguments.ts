import { parseArgs } from 'node:util';
import { operations } from '@wemasy-orders/client/operations';
import { defaultHost, defaultOrders, defaultSeed, type SandboxOptions } from '@wemasy-orders/sandbox-server';

export type Arguments =
  | { readonly action: 'start'; readonly options: SandboxOptions }
  | { readonly action: 'help' }
  | { readonly action: 'version' }
  /** One line per issue of the command line, with its remedy. */
  | { readonly action: 'refuse'; readonly issues: readonly string[] };

const defaultPort = 4010;

export const help = `wemasy-orders-sandbox: the documented Wemasy order endpoints on this machine, with invented orders.

Usage: wemasy-orders-sandbox [options]

  --port NUMBER            port to listen on; 0 picks a free one (default ${defaultPort})
  --host ADDRESS           address to listen on (default ${defaultHost})
  --orders NUMBER          number of orders (default ${defaultOrders})
  --seed NUMBER            the same seed gives the same orders (default ${defaultSeed})
  --window-seconds NUMBER  length of the rate-limit windows (default ${operations.listOrders.rateLimit.windowSeconds}, as documented)
  --database FILE          keep orders, ledger and rate limits in a file (default: in memory)
  --help                   show this text
  --version                show the version
`;

const numbers = {
  port: { from: 0, to: 65_535 },
  orders: { from: 0, to: 1_000_000 },
  seed: { from: 0, to: Number.MAX_SAFE_INTEGER },
  'window-seconds': { from: 1, to: 86_400 },
} as const;

const flags = {
  port: { type: 'string' },
  host: { type: 'string' },
  orders: { type: 'string' },
  seed: { type: 'string' },
  'window-seconds': { type: 'string' },
  database: { type: 'string' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

/** Reads the command line and reports all issues at once. */
export function parseArguments(args: readonly string[]): Arguments {
  const issues: string[] = [];
  const given = new Map<string, string>();
  const { tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') {
      issues.push(`Unexpected argument "${token.value}": remove it; options begin with --.`);
    } else if (token.kind === 'option') {
      if (!Object.hasOwn(flags, token.name)) {
        issues.push(`Unknown option ${token.rawName}: see --help for the options.`);
      } else if (token.name === 'help' || token.name === 'version') {
        given.set(token.name, '');
      } else if (token.value === undefined || token.value === '') {
        issues.push(`Option ${token.rawName} needs a value: write ${token.rawName} VALUE.`);
      } else {
        given.set(token.name, token.value);
      }
    }
  }

  function number(name: keyof typeof numbers): number | undefined {
    const text = given.get(name);
    if (text === undefined) return undefined;
    const { from, to } = numbers[name];
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= from && value <= to) return value;
    issues.push(`Option --${name} is "${text}": write a whole number from ${from} to ${to}.`);
    return undefined;
  }

  const options = {
    port: number('port') ?? defaultPort,
    host: given.get('host'),
    orders: number('orders'),
    seed: number('seed'),
    windowSeconds: number('window-seconds'),
    database: given.get('database'),
  };
  if (given.has('help')) return { action: 'help' };
  if (given.has('version')) return { action: 'version' };
  return issues.length > 0 ? { action: 'refuse', issues } : { action: 'start', options };
}
