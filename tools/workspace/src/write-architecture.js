// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createProjectGraphAsync } from '@nx/devkit';
import { diagramOf, withDiagram } from './architecture.js';

// Writes the project graph into docs/architecture.md; with --check it only compares.
const page = fileURLToPath(new URL('../../../docs/architecture.md', import.meta.url));
const { nodes, dependencies } = await createProjectGraphAsync({ exitOnError: true });
const kinds = /** @type {const} */ (['app', 'lib', 'document']);
const floors = Object.values(nodes).flatMap(({ name, data: { root, tags = [] } }) => {
  const kind = kinds.find((each) => tags.includes(`type:${each}`));
  return kind === undefined || tags.includes('scope:browser-testing') ? [] : [{ name, root, kind }];
});
const imports = Object.values(dependencies).flatMap((all) =>
  all.map(({ source, target }) => /** @type {const} */ ([source, target])),
);
const text = readFileSync(page, 'utf8');
const written = withDiagram(text, diagramOf({ floors, imports }));
if (written !== text) {
  if (process.argv.includes('--check')) {
    console.error('docs/architecture.md does not show the project graph. Run `npm run codegen`.');
    process.exitCode = 1;
  } else {
    writeFileSync(page, written);
  }
}
// Nx keeps workers of its plugins.
process.exit();
