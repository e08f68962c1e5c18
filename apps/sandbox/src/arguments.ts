import { parseArgs } from 'node:util';
import { operations } from '@wemasy-orders/client/operations';
import { defaultHost, defaultOrders, defaultSeed, type SandboxOptions } from '@wemasy-orders/sandbox-server';

export type Arguments =
  | { readonly action: 'start'; readonly options: SandboxOptions }
  | { readonly action: 'help' }
  | { readonly action: 'version' }
  /** What is wrong with the command line: one line each, with the remedy. */
  | { readonly action: 'fault'; readonly faults: readonly string[] };

export const defaultPort = 4010;

export const help = `wemasy-orders-sandbox: the documented Wemasy order endpoints on this machine, with invented orders.

Usage: wemasy-orders-sandbox [options]

  --port NUMBER            port to listen on, 0 for a free one (default ${defaultPort})
  --host ADDRESS           address to listen on (default ${defaultHost})
  --orders NUMBER          how many orders the shop has (default ${defaultOrders})
  --seed NUMBER            which orders they are; the same seed gives the same orders (default ${defaultSeed})
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

/** Reads the command line; all faults are found at once. */
export function parseArguments(args: readonly string[]): Arguments {
  const faults: string[] = [];
  const given = new Map<string, string>();
  const { tokens } = parseArgs({ args: [...args], options: flags, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') {
      faults.push(`Unexpected argument "${token.value}": remove it; options begin with --.`);
    } else if (token.kind === 'option') {
      if (!Object.hasOwn(flags, token.name)) {
        faults.push(`Unknown option ${token.rawName}: see --help for those that exist.`);
      } else if (token.name === 'help' || token.name === 'version') {
        given.set(token.name, '');
      } else if (token.value === undefined || token.value === '') {
        faults.push(`Option ${token.rawName} lacks its value: write ${token.rawName} VALUE.`);
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
    faults.push(`Option --${name} is "${text}": write a whole number from ${from} to ${to}.`);
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
  return faults.length > 0 ? { action: 'fault', faults } : { action: 'start', options };
}
