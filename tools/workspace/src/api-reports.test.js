// @ts-check
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkApi } from './api-reports.js';

/** Each call compiles Node's types. */
const timeout = 60_000;

/** @type {string} */
let root;
beforeEach(async () => {
  // Below this folder, where the compiler finds Node's types.
  await mkdir(join(import.meta.dirname, '../test-results'), { recursive: true });
  root = await mkdtemp(join(import.meta.dirname, '../test-results/api-'));
  await mkdir(join(root, 'dist'));
  await mkdir(join(root, 'api'));
  await writeFile(
    join(root, 'package.json'),
    JSON.stringify({
      name: 'fixture',
      version: '1.0.0',
      type: 'module',
      exports: { '.': { default: './dist/index.js' } },
    }),
  );
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** @param {string} types */
const declare = (types) => writeFile(join(root, 'dist/index.d.ts'), types);

it('reports a change of the public names until the report is written again', { timeout }, async () => {
  await declare('/** Adds. */\nexport declare function add(a: number, b: number): number;\n');
  expect(await checkApi(root, { write: true })).toEqual([]);
  expect(await checkApi(root, { write: false })).toEqual([]);
  await declare('/** Adds. */\nexport declare function add(a: number, b: string): number;\n');
  expect(await checkApi(root, { write: false })).toEqual([
    expect.stringContaining('fixture: api/index.api.md does not show its public names any more'),
  ]);
  expect(await checkApi(root, { write: true })).toEqual([]);
  expect(await checkApi(root, { write: false })).toEqual([]);
});

it('leaves the fields of generated types to the document', { timeout }, async () => {
  await mkdir(join(root, 'dist/generated'));
  const generate = (/** @type {string} */ field) =>
    writeFile(
      join(root, 'dist/generated/schema.d.ts'),
      `/** Paths. */\nexport interface paths {\n  ${field}: 1;\n}\n`,
    );
  const declareOwn = (/** @type {string} */ field) =>
    declare(
      `export type { paths } from './generated/schema.js';\n/** Own. */\nexport interface Own {\n  /** One. */\n  ${field}: 1;\n}\n`,
    );
  await generate('before');
  await declareOwn('before');
  expect(await checkApi(root, { write: true })).toEqual([]);
  await generate('after');
  expect(await checkApi(root, { write: false })).toEqual([]);
  await declareOwn('after');
  expect(await checkApi(root, { write: false })).toHaveLength(1);
});

it('names what has no docstring, and what a public name needs but is not exported', { timeout }, async () => {
  await declare(
    'interface Hidden { a: 1 }\nexport {};\nexport declare function give(): Hidden;\n/** One. */\nexport type One = 1;\n',
  );
  expect((await checkApi(root, { write: true })).sort()).toEqual([
    'fixture (.): Missing documentation for "give".',
    'fixture (.): The symbol "Hidden" needs to be exported by the entry point index.d.ts',
  ]);
});
