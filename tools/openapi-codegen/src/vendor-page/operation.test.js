// @ts-check
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addProjectConfiguration, logger } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import operation from './operation.js';

const example = fileURLToPath(new URL('../../e2e/order-lines.txt', import.meta.url));
const path = '/services/webshop/v1/orders/{id}/lines';
const folder = mkdtempSync(join(tmpdir(), 'pages-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param {string} name @param {string} text */
function saved(name, text) {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** @type {import('@nx/devkit').Tree} */
let tree;
/** @type {string[]} */
let said;
beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  addProjectConfiguration(tree, 'client', { root: 'libs/client' });
  const openapi = { document: 'openapi/shop.yaml', output: 'src/generated' };
  tree.write('libs/client/package.json', JSON.stringify({ name: 'client', openapi }));
  said = [];
  vi.spyOn(logger, 'info').mockImplementation((line) => said.push(String(line)));
});

const servers = 'servers:\n  - url: https://api.wemasy.nl/api\n';
const documentNow = () => tree.read('openapi/shop.yaml', 'utf-8') ?? '';

it('drafts beside the other methods of a path, and leaves the rest of the document as it is', async () => {
  const before = `${servers}paths:\n  ${path}:\n    delete:\n      summary: Delete # soon\n`;
  const after = '  /other:\n    get: {}\n\n# The end\ncomponents: {}\n';
  tree.write('openapi/shop.yaml', before + after);
  await operation(tree, { page: example });
  const document = documentNow();
  expect(document.startsWith(before)).toBe(true);
  expect(document.endsWith(after)).toBe(true);
  expect(Object.keys(parse(document).paths[path])).toEqual(['delete', 'get']);
  expect(tree.read('openapi/vendor/show-order-lines.txt', 'utf-8')).toBe(readFileSync(example, 'utf8'));
  expect(said[0]).toBe('Drafted showOrderLines in openapi/shop.yaml. Open questions:');
});

it('keeps a page that is saved among the others under its name', async () => {
  tree.write('openapi/shop.yaml', `${servers}paths:\n  /other: {}\n`);
  Object.assign(tree, { root: folder });
  mkdirSync(join(folder, 'openapi/vendor'), { recursive: true });
  saved('openapi/vendor/lines.txt', readFileSync(example, 'utf8'));
  await operation(tree, { page: 'openapi/vendor/lines.txt' });
  expect(tree.listChanges().map(({ path: changed }) => changed)).toContain('openapi/shop.yaml');
  expect(tree.listChanges().filter(({ path: changed }) => changed.startsWith('openapi/vendor'))).toEqual([]);
});

it('asks about a page of another server than that of the document', async () => {
  tree.write('openapi/shop.yaml', 'servers:\n  - url: https://api.example.com\npaths:\n  /other: {}\n');
  await operation(tree, { page: example });
  expect(said).toContain(
    '- base URL: the page says https://api.wemasy.nl/api, the document https://api.example.com',
  );
});

it('says what a page leaves open when it compares, too', async () => {
  tree.write('openapi/shop.yaml', `${servers}paths:\n  /other: {}\n`);
  await operation(tree, { page: example });
  said = [];
  const text = readFileSync(example, 'utf8').replace('max: 255', 'max: 255\nat least a word');
  await operation(tree, { page: saved('changed.txt', text) });
  expect(said).toContain('It says all that the page says.');
  expect(said).toContain('- What does "at least a word" mean for note?');
});

it.each([
  ['a missing file', 'none.txt', 'There is no page none.txt.'],
  [
    'a file that is no page',
    saved('page.html', '<html></html>'),
    'Which method and path does the operation have?',
  ],
])('refuses %s', async (_, page, message) => {
  await expect(operation(tree, { page })).rejects.toThrow(message);
});
