// @ts-check
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

// Bundles the library of the working directory into one file for each of its entries: each further file that an import
// opens costs its user a third of a millisecond, and another package two. Entries share chunks, so that a class is the
// same whichever entry it came through; what the library uses of the one below is bundled in. tsc writes declarations.
const { exports, peerDependencies = {} } = JSON.parse(await readFile('package.json', 'utf8'));
const { metafile } = await build({
  entryPoints: Object.values(exports).flatMap((entry) => entry['@wemasy-orders/source'] ?? []),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  conditions: ['@wemasy-orders/source'],
  external: Object.keys(peerDependencies),
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'linked',
  metafile: true,
});
// Files of an earlier build go last, since a running process may still read them.
const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const name of await readdir('dist')) {
  if (/\.js(\.map)?$/.test(name) && !written.has(name)) await rm(join('dist', name));
}
