// @ts-check
import { getProjects } from '@nx/devkit';
import { readDocument } from '../document/read.js';
import { generate } from '../generate.js';
import { codegenOf } from './project.js';
import { updatedReadme } from '../emit/readme.js';

/**
 * Nx sync generator: updates everything that is derived from an OpenAPI document, that is, the generated code of each
 * project that asks for it, and the tables of the README. `nx sync` writes, `nx sync:check` only compares.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @returns {Promise<{ outOfSyncMessage: string } | undefined>}
 */
export default async function sync(tree) {
  /** @type {string[]} */
  const stale = [];
  /** @param {string} path @param {string} content */
  const write = (path, content) => {
    if (tree.read(path, 'utf-8') === content) return;
    tree.write(path, content);
    stale.push(path);
  };
  for (const { root } of getProjects(tree).values()) {
    const packageJson = tree.read(`${root}/package.json`, 'utf-8');
    const codegen = packageJson === null ? undefined : codegenOf(packageJson, root);
    if (codegen === undefined) continue;
    const text = tree.read(codegen.documentPath, 'utf-8');
    if (text === null)
      throw new Error(`${root}/package.json names a document that is missing: ${codegen.documentPath}`);
    const options = {
      ...codegen,
      readFile: (/** @type {string} */ path) => tree.read(path, 'utf-8') ?? undefined,
    };
    for (const [name, content] of Object.entries(await generate(text, options))) {
      write(`${codegen.outputPath}/${name}`, content);
    }
    const readme = tree.read('README.md', 'utf-8');
    if (readme !== null) write('README.md', await updatedReadme(readme, readDocument(text, options)));
  }
  if (stale.length === 0) return undefined;
  return { outOfSyncMessage: `Not up to date with the OpenAPI document: ${stale.join(', ')}.` };
}
