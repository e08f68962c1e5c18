// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { basename, posix, resolve } from 'node:path';
import { getProjects, logger } from '@nx/devkit';
import { format, resolveConfig } from 'prettier';
import { parse, stringify } from 'yaml';
import { comparePage } from './compare.js';
import { draftOperation } from './draft.js';
import { at } from '../document/json.js';
import { readPage } from './page.js';
import { codegenOf } from '../nx/project.js';

/**
 * Nx generator: reads a saved page of the vendor's documentation. An operation that the document does not describe yet is
 * drafted into it, and the page is kept beside it. For any other it reports how page and document differ.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ page: string } & import('./draft.js').Decisions} options
 */
export default async function operation(tree, options) {
  const text = tree.read(options.page, 'utf-8') ?? outside(options.page);
  if (text === null) throw new Error(`There is no page ${options.page}.`);
  const documentPath = documentOf(tree);
  const source = tree.read(documentPath, 'utf-8') ?? '';
  const page = readPage(text);
  const draft = draftOperation(page, options);
  if (page.path === undefined || page.method === undefined) {
    throw new Error(`${basename(options.page)} is not understood:\n${page.questions.join('\n')}`);
  }
  const document = /** @type {unknown} */ (parse(source));
  if (at(document, 'paths', draft.path, draft.method) !== undefined) {
    report(page, document, documentPath);
    return;
  }
  const fragment = { [draft.path]: { [draft.method]: draft.operation } };
  const style = (await resolveConfig(documentPath, { editorconfig: true })) ?? {};
  tree.write(documentPath, await format(withPath(source, fragment), { ...style, parser: 'yaml' }));
  const kept = posix.join(posix.dirname(documentPath), 'vendor', `${kebabCase(draft.operationId)}.txt`);
  if (tree.read(kept) === null) tree.write(kept, text);
  logger.info(`Drafted ${draft.operationId} in ${documentPath}. Open questions:`);
  for (const question of draft.questions) logger.info(`- ${question}`);
}

/** @param {import('./page.js').Page} page @param {unknown} document @param {string} documentPath */
function report(page, document, documentPath) {
  const { differences, added } = comparePage(page, document);
  logger.info(`${documentPath} describes ${page.method} ${page.path} already.`);
  logger.info(differences.length === 0 ? 'It says all that the page says.' : 'It differs from the page:');
  for (const difference of differences) logger.info(`- ${difference}`);
  logger.info(`Beyond the page it says ${added.length} things:`);
  for (const each of added) logger.info(`- ${each}`);
}

/** @param {string} path */
function outside(path) {
  return existsSync(resolve(path)) ? readFileSync(resolve(path), 'utf8') : null;
}

/** The document of the project that generates code. @param {import('@nx/devkit').Tree} tree */
function documentOf(tree) {
  for (const { root } of getProjects(tree).values()) {
    const manifest = tree.read(`${root}/package.json`, 'utf-8');
    const codegen = manifest === null ? undefined : codegenOf(manifest, root);
    if (codegen !== undefined) return codegen.documentPath;
  }
  throw new Error('No package.json names an OpenAPI document under "openapi".');
}

/**
 * Adds a path at the end of `paths`, and leaves the rest of the text as it is.
 *
 * @param {string} source
 * @param {object} fragment
 */
function withPath(source, fragment) {
  const lines = source.split('\n');
  const paths = lines.indexOf('paths:');
  if (paths < 0) throw new Error('The document has no line "paths:".');
  const next = lines.findIndex((line, index) => index > paths && /^[^\s#]/.test(line));
  const added = stringify(fragment, { lineWidth: 100 })
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
  return lines.toSpliced(next < 0 ? lines.length : next, 0, ...added).join('\n');
}

/** @param {string} name */
function kebabCase(name) {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}
