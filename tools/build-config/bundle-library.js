// @ts-check
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles a library into one file for each of its entries, because each further file that an import opens costs its
 * user a third of a millisecond, and another package two. What entries share is in chunks of its own, so that a class
 * is the same whichever entry it came through; of a library below, what is used comes along. Declarations are left to
 * tsc.
 */
export async function bundleLibrary() {
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
  // Afterwards, since somebody may be running what is there.
  const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of await readdir('dist')) {
    if (/\.js(\.map)?$/.test(name) && !written.has(name)) await rm(join('dist', name));
  }
}
