import { describe, expect, it } from 'vitest';
import { help, parseArguments } from './arguments.js';

it('starts on port 4010 by default', () => {
  expect(parseArguments([])).toEqual({
    action: 'start',
    options: { port: 4010 },
  });
});

it('reads every option, as "--name value" and "--name=value"', () => {
  const args = '--port 0 --host=::1 --orders 20 --seed=7 --window-seconds 2 --database /tmp/shop.db'.split(
    ' ',
  );
  expect(parseArguments(args)).toEqual({
    action: 'start',
    options: { port: 0, host: '::1', orders: 20, seed: 7, windowSeconds: 2, database: '/tmp/shop.db' },
  });
});

it('reports all issues at once, each with its remedy', () => {
  const args = '--port 70000 --orders many --colour red --seed -1 --window-seconds 0 here --host'.split(' ');
  const parsed = parseArguments(args);
  expect(parsed.action === 'refuse' && [...parsed.issues].sort()).toEqual([
    'Option --host needs a value: write --host VALUE.',
    'Option --orders is "many": write a whole number from 0 to 1000000.',
    'Option --port is "70000": write a whole number from 0 to 65535.',
    'Option --seed is "-1": write a whole number from 0 to 9007199254740991.',
    'Option --window-seconds is "0": write a whole number from 1 to 86400.',
    'Unexpected argument "here": remove it; options begin with --.',
    'Unexpected argument "red": remove it; options begin with --.',
    'Unknown option --colour: see --help for the options.',
  ]);
});

describe('--help and --version', () => {
  it.each(['help', 'version'] as const)('--%s wins over every issue', (action) => {
    expect(parseArguments(['--port', 'x', `--${action}`])).toEqual({ action });
  });

  it('help names every option', () => {
    for (const option of [
      'port',
      'host',
      'orders',
      'seed',
      'window-seconds',
      'database',
      'help',
      'version',
    ]) {
      expect(help).toContain(`--${option}`);
    }
  });
});
