// @ts-check
import { chmod, copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, join } from 'node:path';
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
    // All in one folder, so that `import.meta.url` means the same place in every file of a bundle.
    chunkNames: '[name]-[hash]',
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    plugins: [builtIns],
    conditions: ['@wemasy-orders/source'],
    sourcemap: 'linked',
    legalComments: 'none',
    metafile: true,
    ...options,
    define: { PACKAGE_VERSION: JSON.stringify(version), __dirname: 'import.meta.dirname', ...options.define },
  });
  const inputs = Object.keys(metafile.inputs);
  // node-sqlite3-wasm looks for this file where it lies itself.
  const sqlite = inputs.find((input) => input.endsWith('/node-sqlite3-wasm.js'));
  if (sqlite !== undefined) {
    const wasm = sqlite.replace(/\.js$/, '.wasm');
    await copyFile(wasm, join('dist', basename(wasm)));
  }
  await writeFile('dist/licenses.txt', await licensesOf(inputs));
  await chmod('dist/main.js', 0o755);
}

/**
 * Asks the process for what Node has built in. CommonJS packages could not require it in an ES module, and an import reads
 * every property first: `node:fs` then loads the streams, which few runs need.
 *
 * @type {import('esbuild').Plugin}
 */
const builtIns = {
  name: 'built-ins',
  setup({ onResolve, onLoad }) {
    const namespace = 'built-in';
    onResolve({ filter: /^[a-z]/ }, ({ kind, path }) =>
      (kind === 'require-call' || kind === 'import-statement') && isBuiltin(path)
        ? { path, namespace }
        : undefined,
    );
    onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

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
