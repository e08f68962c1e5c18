// @ts-check
import { existsSync, readFileSync } from 'node:fs';
import { dirname, posix, resolve } from 'node:path';
import { getProjects, logger, names } from '@nx/devkit';
import { format, resolveConfig } from 'prettier';
import { isMap, parseDocument, stringify } from 'yaml';
import { comparePage } from './compare.js';
import { draftOperation } from './draft.js';
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
  const file = resolve(tree.root, options.page);
  if (!existsSync(file)) throw new Error(`There is no page ${options.page}.`);
  const text = readFileSync(file, 'utf8');
  const page = readPage(text);
  if (page.path === undefined || page.method === undefined) {
    throw new Error(`${options.page} is no text or Markdown of a page:\n${page.questions.join('\n')}`);
  }
  const documentPath = documentOf(tree);
  const source = tree.read(documentPath, 'utf-8') ?? '';
  const document = parseDocument(source);
  const draft = draftOperation(page, options);
  if (document.hasIn(['paths', draft.path, draft.method])) {
    const { differences, added } = comparePage(page, document.toJS());
    logger.info(`${documentPath} describes ${page.method} ${page.path} already.`);
    list(
      differences.length === 0 ? 'It says all that the page says.' : 'It differs from the page:',
      differences,
    );
    if (page.questions.length > 0) list('The page leaves open:', page.questions);
    list(`Beyond the page it says ${added.length} things:`, added);
    return;
  }
  const fragment = { [draft.method]: draft.operation };
  const changed = document.hasIn(['paths', draft.path])
    ? withEntries(source, document.getIn(['paths', draft.path], true), fragment, 4)
    : withEntries(source, document.get('paths', true), { [draft.path]: fragment }, 2);
  const style = (await resolveConfig(documentPath, { editorconfig: true })) ?? {};
  tree.write(documentPath, await format(changed, { ...style, parser: 'yaml' }));
  const { differences } = comparePage(page, parseDocument(changed).toJS());
  const folder = posix.join(posix.dirname(documentPath), 'vendor');
  if (dirname(file) !== resolve(tree.root, folder))
    tree.write(posix.join(folder, `${names(draft.operationId).fileName}.txt`), text);
  list(`Drafted ${draft.operationId} in ${documentPath}. Open questions:`, [
    ...draft.questions,
    ...differences,
  ]);
}

/** @param {string} title @param {readonly string[]} entries */
function list(title, entries) {
  for (const line of [title, ...entries.map((entry) => `- ${entry}`)]) logger.info(line);
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
 * Adds entries at the end of a map, and leaves the rest of the text as it is.
 *
 * @param {string} source
 * @param {unknown} map a node of the source
 * @param {object} entries
 * @param {number} indent
 */
function withEntries(source, map, entries, indent) {
  if (!isMap(map) || !map.range) throw new Error('The document has no paths.');
  const [, end] = map.range;
  const added = stringify(entries, { lineWidth: 100 }).replaceAll(/^(?=.)/gm, ' '.repeat(indent));
  return `${source.slice(0, end)}${added}${source.slice(end)}`;
}
