// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createNodesFromFiles } from '@nx/devkit';

/** What a project is by the folder that it is in. */
const types = { apps: 'app', libs: 'lib', tools: 'tool' };

/**
 * Infers what folders say of a project: its tags, `build` of an app or a published library, `test` where there are tests
 * beside the sources, `e2e` and `rehearsal` where there are such tests in the folder `e2e`, and `api` where there is a
 * folder of that name. nx.json says what the targets do.
 *
 * @type {import('@nx/devkit').CreateNodesV2}
 */
export const createNodesV2 = [
  '{apps,libs,tools}/*/package.json',
  (files, options, context) =>
    createNodesFromFiles(
      (file, _, { workspaceRoot }) => {
        const root = dirname(file);
        const folder = join(workspaceRoot, root);
        const type = Object.entries(types).find(([parent]) => parent === dirname(root))?.[1];
        const targets = [
          ...(type === 'app' || existsSync(join(folder, 'tsconfig.lib.json')) ? ['build'] : []),
          ...(hasFiles(join(folder, 'src'), /\.test\.[jt]s$/) ? ['test'] : []),
          ...(hasFiles(join(folder, 'e2e'), /\.test\.[jt]s$/) ? ['e2e'] : []),
          ...(hasFiles(join(folder, 'e2e'), /\.rehearsal\.[jt]s$/) ? ['rehearsal'] : []),
          ...(existsSync(join(folder, 'api')) ? ['api'] : []),
        ];
        const project = {
          tags: [`type:${type}`, `scope:${basename(root)}`],
          targets: Object.fromEntries(targets.map((name) => [name, {}])),
        };
        return { projects: { [root]: project } };
      },
      files,
      options,
      context,
    ),
];

/** @param {string} folder @param {RegExp} name */
function hasFiles(folder, name) {
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((file) => name.test(String(file)))
  );
}
