import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { helpText, parseCommand, settingsTable } from './usage.js';

describe('the command line', () => {
  it('serves when nothing else is asked for', () => {
    expect(parseCommand([])).toEqual({ kind: 'serve', flags: {} });
  });

  it('passes on the flags', () => {
    expect(parseCommand(['--api-url', 'http://127.0.0.1:1/api', '--read-only', '--timeout-ms=5'])).toEqual({
      kind: 'serve',
      flags: { 'api-url': 'http://127.0.0.1:1/api', 'read-only': true, 'timeout-ms': '5' },
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
    expect(parseCommand(['--http', address])).toEqual({ kind: 'serve', flags: {}, http });
  });

  it.each(['0.0.0.0:4020', 'example.com:80', '192.168.1.1:80', '99999', 'port', ''])(
    'refuses to listen on %j',
    (address) => {
      expect(parseCommand([`--http=${address}`])).toMatchObject({ kind: 'misuse' });
    },
  );

  it('examines the set-up', () => {
    expect(parseCommand(['doctor', '--read-only'])).toEqual({ kind: 'doctor', flags: { 'read-only': true } });
  });

  it.each([[['--nonsense']], [['--api-token', 'x']], [['serve']], [['--timeout-ms']]])(
    'refuses %j',
    (argv) => {
      expect(parseCommand(argv).kind).toBe('misuse');
    },
  );

  it('explains every setting', () => {
    expect(helpText()).toContain('WEMASY_API_URL, --api-url <value>');
    expect(helpText()).toContain('WEMASY_READ_ONLY, --read-only\n');
    expect(helpText()).not.toContain('--api-token ');
  });
});

describe('the table of settings in the README', () => {
  it('is what the code says; if this fails, replace it by the expected text', async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const [, table = ''] = /<!-- settings -->\n(.*?)<!-- \/settings -->/s.exec(readme) ?? [];
    expect(table.trim()).toBe((await format(settingsTable(), { parser: 'markdown' })).trim());
  });
});
