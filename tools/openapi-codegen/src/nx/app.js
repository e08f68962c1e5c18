// @ts-check
import { fileURLToPath } from 'node:url';
import { generateFiles, logger } from '@nx/devkit';

/**
 * Nx generator: a new app that imports the client, with its configuration, an example and a test of it.
 *
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string }} options
 */
export default function app(tree, { name }) {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) throw new Error(`${name} is not a name: write it in kebab case.`);
  const root = `apps/${name}`;
  if (tree.exists(`${root}/package.json`)) throw new Error(`${root} exists already.`);
  generateFiles(tree, fileURLToPath(new URL('app-files', import.meta.url)), root, { name });
  logger.info(
    `Wrote ${root}. Run npm install, then: npm run typecheck && npx nx run-many -t build lint test -p ${name}`,
  );
}
