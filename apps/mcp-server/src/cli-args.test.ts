import { settingsHelp } from '@wemasy-orders/runtime';
import { describe, expect, it } from 'vitest';
import { helpText, parseCommand } from './cli-args.js';

describe('the command line', () => {
  it('serves when nothing else is asked for', () => {
    expect(parseCommand([])).toEqual({ kind: 'serve', flags: {}, sandbox: false });
  });

  it('passes on the flags', () => {
    expect(parseCommand(['--api-url', 'http://127.0.0.1:1/api', '--read-only', '--timeout-ms=5'])).toEqual({
      kind: 'serve',
      flags: { 'api-url': 'http://127.0.0.1:1/api', 'read-only': true, 'timeout-ms': '5' },
      sandbox: false,
    });
  });

  it.each([
    [['--help'], 'help'],
    [['-h'], 'help'],
    [['--version'], 'version'],
  ])('understands %j', (argv, kind) => {
    expect(parseCommand(argv)).toEqual({ kind });
  });

  it.each([
    ['4020', { host: '127.0.0.1', port: 4020 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:4020', { host: '::1', port: 4020 }],
  ])('listens on %s', (address, http) => {
    expect(parseCommand(['--http', address])).toEqual({ kind: 'serve', flags: {}, sandbox: false, http });
  });

  it.each(['0.0.0.0:4020', 'example.com:80', '192.168.1.1:80', '99999', 'port', ''])(
    'refuses to listen on %j',
    (address) => {
      expect(parseCommand([`--http=${address}`])).toMatchObject({ kind: 'misuse' });
    },
  );

  it('examines the set-up', () => {
    expect(parseCommand(['doctor', '--read-only'])).toEqual({
      kind: 'doctor',
      flags: { 'read-only': true },
      sandbox: false,
    });
  });

  it.each([
    [['--sandbox'], { kind: 'serve', flags: {}, sandbox: true }],
    [['doctor', '--sandbox'], { kind: 'doctor', flags: {}, sandbox: true }],
    [
      ['--sandbox', '--http', '4020', '--read-only'],
      {
        kind: 'serve',
        flags: { 'read-only': true },
        sandbox: true,
        http: { host: '127.0.0.1', port: 4020 },
      },
    ],
  ])('works against a sandbox: %j', (argv, command) => {
    expect(parseCommand(argv)).toEqual(command);
  });

  it('names every flag that contradicts --sandbox', () => {
    expect(
      parseCommand(['--sandbox', '--api-url', 'https://api.wemasy.nl/api', '--api-token-file', 'x']),
    ).toEqual({
      kind: 'misuse',
      fault: '--sandbox calls no account: leave --api-url and --api-token-file out.',
    });
  });

  it.each([[['--nonsense']], [['--api-token', 'x']], [['serve']], [['--timeout-ms']]])(
    'refuses %j',
    (argv) => {
      expect(parseCommand(argv).kind).toBe('misuse');
    },
  );

  it('explains its commands and every setting', () => {
    expect(helpText()).toContain('wemasy-orders-mcp doctor');
    expect(helpText()).toContain(settingsHelp());
  });
});
