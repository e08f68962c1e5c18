// @ts-check
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles an app into dist/main.js: one executable file without dependencies, so that starting it costs no module
 * resolution and installing it brings nothing else along. What is imported lazily lies in chunks beside it.
 *
 * @param {import('esbuild').BuildOptions} [options] what this app needs besides
 */
export async function bundle(options = {}) {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  await rm('dist', { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@wemasy-orders/source'],
    sourcemap: 'linked',
    legalComments: 'none',
    metafile: true,
    ...options,
    define: { PACKAGE_VERSION: JSON.stringify(version), ...options.define },
  });
  await writeFile('dist/licenses.txt', await licensesOf(Object.keys(metafile.inputs)));
  await chmod('dist/main.js', 0o755);
}

/**
 * The licences of what is bundled: most of them ask to travel with every copy.
 *
 * @param {readonly string[]} inputs paths of the bundled files
 */
async function licensesOf(inputs) {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []));
  const texts = [...folders].sort().map(async (folder) => {
    const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no licence file to pass on`);
    return `${name} ${version}\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
