import {
  accountFlags as accountFlagsOfRuntime,
  describeSettings,
  settingsHelp,
} from '@wemasy-orders/runtime';
import { describe, expect, it } from 'vitest';
import { helpText } from './help-text.js';
import { isLoopback } from './serve-http.js';
import { accountFlags, parseCommand as parse } from './start.js';

const settingFlags = describeSettings().flatMap(({ flag, takesValue }) =>
  flag === undefined ? [] : [{ flag, takesValue }],
);
const parseCommand = (argv: readonly string[]) => parse(argv, settingFlags);

describe('the command line', () => {
  it('serves by default', () => {
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

  it.each(['99999', 'port', '', 'host:', '::1:4020', '[::1]', 'http://localhost:4020'])(
    'refuses to listen on %j',
    (address) => {
      expect(parseCommand([`--http=${address}`])).toMatchObject({ kind: 'usage_error' });
      expect(parseCommand(['--http=4020', `--metrics=${address}`])).toMatchObject({ kind: 'usage_error' });
    },
  );

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.1', false],
    ['localhost.example.com', false],
  ])('knows whether only this machine reaches %s', (host, expected) => {
    expect(isLoopback({ host, port: 1 })).toBe(expected);
  });

  it('serves metrics on a port of their own, over HTTP only', () => {
    expect(parseCommand(['--http', '0.0.0.0:4020', '--metrics', '0.0.0.0:9464'])).toMatchObject({
      http: { host: '0.0.0.0', port: 4020 },
      metrics: { host: '0.0.0.0', port: 9464 },
    });
    expect(parseCommand(['--metrics', '9464'])).toMatchObject({ kind: 'usage_error' });
  });

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

  it('takes a folder that keeps the sandbox', () => {
    expect(parseCommand(['--sandbox=/tmp/shop', '--read-only'])).toEqual({
      kind: 'serve',
      flags: { 'read-only': true },
      sandbox: true,
      sandboxFolder: '/tmp/shop',
    });
  });

  it('knows the flags of an account that the runtime knows', () => {
    expect(accountFlags).toEqual(accountFlagsOfRuntime);
  });

  it('names every flag that contradicts --sandbox', () => {
    expect(
      parseCommand(['--sandbox', '--api-url', 'https://api.wemasy.nl/api', '--api-token-file', 'x']),
    ).toEqual({
      kind: 'usage_error',
      message: '--sandbox calls no account: leave --api-url and --api-token-file out.',
    });
  });

  it.each([[['--nonsense']], [['--api-token', 'x']], [['serve']], [['--timeout-ms']]])(
    'refuses %j',
    (argv) => {
      expect(parseCommand(argv).kind).toBe('usage_error');
    },
  );

  it('explains its commands and every setting', () => {
    expect(helpText()).toContain('wemasy-orders-mcp doctor');
    expect(helpText()).toContain(settingsHelp(describeSettings()));
  });
});
