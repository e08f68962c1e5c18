import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { builtFile, run, startBuiltSandbox } from './support/built-sandbox.js';

const project = fileURLToPath(new URL('..', import.meta.url));
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-e2e-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the command line', () => {
  it('--version', async () => {
    expect(await run('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('--help names every option', async () => {
    const { exitCode, stdout } = await run('--help');
    expect(exitCode).toBe(0);
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
      expect(stdout).toContain(`--${option} `);
    }
  });

  it('reports every issue at once, on stderr, and exits with 2', async () => {
    expect(await run('--port', 'many', '--colour', 'red')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/^Unknown option --colour.*\n(.*\n)*Option --port is "many".*\n$/),
    });
  });

  it('exits with 2 and one line when it cannot start', async () => {
    const file = join(folder, 'missing', 'shop.db');
    const { exitCode, stdout, stderr } = await run('--port', '0', '--database', file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^--database .* cannot be used .*\n$/);
  });
});

describe('a running sandbox', () => {
  it('prints one line with its address', async () => {
    const sandbox = await startBuiltSandbox();
    expect(sandbox.lines).toEqual([`Sandbox listening on ${sandbox.apiUrl}`]);
    expect(sandbox.apiUrl).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/api$/);
    await sandbox.close();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'exits with 0 on %s and leaves one database file',
    async (signal) => {
      const sandbox = await startBuiltSandbox(['--database', join(folder, 'shop.db'), '--orders', '20']);
      const exited = once(sandbox.process, 'exit');
      sandbox.process.kill(signal);
      expect(await exited).toEqual([0, null]);
      expect(readdirSync(folder)).toEqual(['shop.db']);
    },
  );

  it('needs nothing besides its dist folder: no node_modules, no sources', async () => {
    cpSync(join(project, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(project, 'package.json'), join(folder, 'package.json'));
    const sandbox = await startBuiltSandbox([], join(folder, 'dist', 'main.js'));
    const paths = ['/', '/docs', '/openapi.yaml', '/openapi.json', '/sandbox/status', '/sandbox/ledger'];
    const assets = readdirSync(join(folder, 'dist', 'assets')).map((name) => `/assets/${name}`);
    for (const path of [...paths, ...assets]) {
      const response = await fetch(sandbox.origin + path);
      expect([path, response.status, (await response.text()) !== '']).toEqual([path, 200, true]);
    }
    await sandbox.close();
  });

  it('is executable', () => {
    expect(readFileSync(builtFile, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
