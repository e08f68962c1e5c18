// @ts-check
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundledSize } from '@wemasy-orders/bench/bundled-size';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);

/** @type {string} */
let folder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packages-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @param {string} name @param {Record<string, string>} files @returns {Promise<string>} */
async function write(name, files) {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

/** Bundles the app in a folder. @param {string} root @param {{ everyRunLoads?: string }} [options] */
async function bundle(root, options = {}) {
  const { href } = pathToFileURL(join(import.meta.dirname, '../../bundle/app.js'));
  const build = `await (await import('${href}')).bundle(${JSON.stringify(options)});`;
  await run(process.execPath, ['--input-type=module', '-e', build], { cwd: root });
}

it('publint and attw refuse a package whose entry is missing and whose types are of another module format', async () => {
  const root = await write('broken', {
    'package.json': JSON.stringify({
      name: 'broken',
      version: '1.0.0',
      type: 'commonjs',
      exports: {
        '.': { types: './index.d.ts', default: './index.mjs' },
        './gone': { types: './gone.d.ts', default: './gone.mjs' },
      },
    }),
    'index.mjs': 'export default 1;',
    'index.d.ts': 'declare const one: number;\nexport = one;\n',
  });
  const { stdout } = await run('npm', ['pack', '--json'], { cwd: root });
  const [{ filename }] = JSON.parse(stdout);
  const { buffer } = new Uint8Array(await readFile(join(root, filename)));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages.map(({ code }) => code)).toContain('FILE_DOES_NOT_EXIST');
  const attw = join(import.meta.dirname, '../../../node_modules/.bin/attw');
  const refused = run(process.execPath, [attw, filename, '--profile', 'esm-only'], { cwd: root });
  await expect(refused).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('Masquerading') });
});

it('an uncaught error of a bundled app shows a short stack with the names of its functions', async () => {
  const root = await write('app', {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0', type: 'module' }),
    'src/main.ts': `
const filler: string[] = [${Array.from({ length: 2_000 }, (_, at) => `'filler ${at}'`).join()}];
function bookOrder(orderId: number): never { throw new Error('order ' + orderId + ' of ' + filler.length); }
class Journal { confirm(orderId: number): never { return bookOrder(orderId); } }
export function runAll() { for (const at of filler.keys()) new Journal().confirm(at); }
runAll();
`,
  });
  await bundle(root);
  await rm(join(root, 'dist/main.js.map'));
  const crash = run(process.execPath, [join(root, 'dist/main.js')]);
  const { stderr } = await crash.then(
    () => expect.fail('the app did not throw'),
    (/** @type {{ stderr: string }} */ error) => error,
  );
  for (const name of ['order 0 of 2000', 'bookOrder', 'confirm', 'runAll']) expect(stderr).toContain(name);
  expect(stderr.length).toBeLessThan(1_500);
});

it('the source map of a bundled app leads to the line that threw, and to the line that called it', async () => {
  const root = await write('mapped', {
    'package.json': JSON.stringify({ name: 'mapped', version: '1.0.0', type: 'module' }),
    'src/main.ts': `
import {
  join,
  sep as separator,
} from 'node:path';
export function bookOrder(): never { throw new Error(join('order', separator)); }
bookOrder();
`,
  });
  await bundle(root);
  const crash = run(process.execPath, ['--enable-source-maps', join(root, 'dist/main.js')]);
  await expect(crash).rejects.toMatchObject({
    stderr: expect.stringMatching(/at bookOrder .*main\.ts:6:.*\n.*main\.ts:7:/),
  });
});

it('an app that says what every run loads opens one file for it, whatever its lazy modules share', async () => {
  const root = await write('lazy', {
    'package.json': JSON.stringify({ name: 'lazy', version: '1.0.0', type: 'module' }),
    'src/main.ts': `import { run } from './run.js'; await run(process.argv[2]);`,
    'src/run.ts': `
import { one } from './one.js';
import { two } from './two.js';
export async function run(name?: string) {
  const { show } = await (name === 'first' ? import('./first.js') : import('./second.js'));
  console.log(String(one() + two() + show()));
}`,
    'src/one.ts': `export function one() { return 1; }`,
    'src/two.ts': `export function two() { return 2; }`,
    'src/first.ts': `import { one } from './one.js'; export function show() { return one() + 10; }`,
    'src/second.ts': `import { two } from './two.js'; export function show() { return two() + 20; }`,
  });
  await bundle(root, { everyRunLoads: 'src/run.ts' });
  const main = await readFile(join(root, 'dist/main.js'), 'utf8');
  expect(main.match(/(?:from|import) ?"\.\//g)).toHaveLength(1);
  const first = await run(process.execPath, [join(root, 'dist/main.js'), 'first']);
  const second = await run(process.execPath, [join(root, 'dist/main.js'), 'second']);
  expect([first.stdout, second.stdout]).toEqual(['14\n', '25\n']);
});

const client = join(import.meta.dirname, '../../../libs/client');
/** What the document describes is data of the client, and grows with it. */
const described = gzipSync(await readFile(join(client, 'dist/generated/calls.js'))).length;

it.each([
  ['the whole client', "export * from '@wemasy-orders/client';", 18_482 + described],
  ['its guard alone', "export { isOrdersError } from '@wemasy-orders/client';", 500],
])('%s costs no more in a page than it may', async (_, source, limit) => {
  expect(await bundledSize(source, import.meta.dirname)).toBeLessThanOrEqual(limit);
});
