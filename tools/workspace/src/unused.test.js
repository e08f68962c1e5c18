// @ts-check
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
const knip = join(workspaceRoot, 'node_modules/knip/bin/knip.js');

/** A workspace with the settings of this one. */
let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'unused-'));
  for (const file of ['package.json', 'knip.json']) await cp(join(workspaceRoot, file), join(root, file));
  await write('libs/box/package.json', '{ "name": "box", "type": "module", "exports": "./src/index.ts" }');
  await write('libs/box/src/index.ts', `import { pack } from './pack.ts';\nconsole.log(pack);`);
  await write('libs/box/src/pack.ts', 'export const pack = 1;');
});

afterAll(() => rm(root, { recursive: true, force: true }));

it('passes where everything is used', async () => {
  expect(await knipIn('files,exports,types')).toBe('');
});

it('refuses an export that no file imports', async () => {
  await write('libs/box/src/pack.ts', 'export const pack = 1;\nexport const unpack = 2;');
  await expect(knipIn('exports')).rejects.toMatchObject({
    stdout: expect.stringMatching(/unpack .*pack\.ts/),
  });
});

it('refuses a file that no file imports', async () => {
  await write('libs/box/src/lid.ts', 'export const lid = 1;');
  await expect(knipIn('files')).rejects.toMatchObject({
    stdout: expect.stringContaining('libs/box/src/lid.ts'),
  });
});

/** @param {string} path @param {string} text */
async function write(path, text) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** @param {string} kinds of findings; the copy has no installed dependencies, so it cannot tell which are unused */
async function knipIn(kinds) {
  const args = [knip, '--no-config-hints', '--include', kinds];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return stdout.trim();
}
