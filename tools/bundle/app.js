// @ts-check
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { importDirectly } from './direct-imports.js';

/**
 * Bundles an app into dist/main.js: one executable file without dependencies, so that starting it costs no module
 * resolution and installing it brings nothing else along. Lazy imports are chunks beside it.
 *
 * @param {import('esbuild').BuildOptions & { everyRunLoads?: string }} [options] what this app needs besides; `everyRunLoads`: a
 *   module that every run loads; it becomes one file with all that it imports
 */
export async function bundle({ everyRunLoads, ...options } = {}) {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  await rm('dist', { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    bundle: true,
    splitting: true,
    // All in one folder, so that `import.meta.url` means the same place in every file of a bundle.
    chunkNames: '[name]-[hash]',
    // Our names stay and lines are short, so that an uncaught error shows a stack that a person can read and report: the
    // source maps are not installed, they are four times as large as all the rest.
    minify: true,
    lineLimit: 160,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@wemasy-orders/source'],
    sourcemap: 'linked',
    legalComments: 'none',
    ...options,
    plugins: [
      ...(options.plugins ?? []),
      ...(everyRunLoads === undefined ? [] : [inOneFile(everyRunLoads)]),
      builtIns,
      ownSources,
      compressedSqlite,
    ],
    metafile: true,
    banner: { js: namingFunctions },
    define: {
      PACKAGE_VERSION: JSON.stringify(version),
      __dirname: 'import.meta.dirname',
      __name: nameFunction,
      ...options.define,
    },
  });
  const inputs = Object.keys(metafile.inputs).filter((input) => !input.startsWith('built-in:'));
  const sqlite = inputs.find((input) => sqliteModule.test(input));
  if (sqlite !== undefined) {
    const wasm = sqlite.replace(/\.js$/, '.wasm');
    await writeFile(join('dist', `${basename(wasm)}.br`), brotliCompressSync(await readFile(wasm)));
  }
  await dropUnusedImports(metafile.outputs);
  await writeFile('dist/licenses.txt', await licensesOf(inputs));
  await chmod('dist/main.js', 0o755);
}

/**
 * Removes the import of esbuild's helpers from files that use none of them: opening one more file takes a third of a
 * millisecond of each start. Blanks take its place, for the source map.
 *
 * @param {import('esbuild').Metafile['outputs']} outputs
 */
async function dropUnusedImports(outputs) {
  const isHelpers = (/** @type {string} */ path) =>
    Object.keys(outputs[path]?.inputs ?? { '': 0 }).length === 0;
  for (const [output, { imports }] of Object.entries(outputs)) {
    const helpers = imports.filter(({ kind, path }) => kind === 'import-statement' && isHelpers(path));
    for (const { path } of helpers) {
      const statement = `import"./${basename(path)}";`;
      const code = await readFile(output, 'utf8');
      await writeFile(output, code.replace(statement, ' '.repeat(statement.length)));
    }
  }
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
    // A copy for each importer: a shared one is a file of its own, which takes a third of a millisecond to open.
    onResolve({ filter: /^[a-z]/ }, ({ kind, path, importer }) =>
      (kind === 'require-call' || kind === 'import-statement') && isBuiltin(path)
        ? { path, namespace, suffix: `?${relative('.', importer)}` }
        : undefined,
    );
    onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Makes each lazily loaded module import what every run loads. Otherwise esbuild splits that into a file for each combination
 * of lazy modules that share a part of it, and each file takes a third of a millisecond to open.
 *
 * @param {string} everyRunLoads
 * @returns {import('esbuild').Plugin}
 */
const inOneFile = (everyRunLoads) => ({
  name: 'in-one-file',
  setup({ onResolve, onLoad, resolve: resolved }) {
    const namespace = 'lazy';
    onResolve({ filter: /./ }, async ({ kind, path, importer, resolveDir }) => {
      if (kind !== 'dynamic-import' || importer.includes('node_modules')) return undefined;
      return { path: (await resolved(path, { kind: 'import-statement', resolveDir })).path, namespace };
    });
    onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `import ${JSON.stringify(resolve(everyRunLoads))}; export * from ${JSON.stringify(path)};`,
      resolveDir: dirname(path),
    }));
  },
});

/** Names a function; at the top of each file, since a file of its own would take a third of a millisecond to open. */
const nameFunction = 'n$';
const namingFunctions = `var ${nameFunction}=(f,value)=>Object.defineProperty(f,"name",{value,configurable:true});`;

/**
 * Lets the functions of our sources keep their names (esbuild knows only all or none, and the names of what is bundled
 * from others are half of what there are), and import past the entries of packages.
 *
 * @type {import('esbuild').Plugin}
 */
const ownSources = {
  name: 'own-sources',
  setup({ onLoad, resolve }) {
    /** @param {string} path @param {string} resolveDir */
    const resolved = async (path, resolveDir) =>
      (await resolve(path, { kind: 'import-statement', resolveDir })).path;
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const { code } = await transform(source, {
        loader: 'ts',
        target: 'node20',
        keepNames: true,
        sourcefile: basename(path),
        sourcemap: 'inline',
      });
      // Our helper takes the place of this one. The empty line stays, for the source map.
      const named = code.replace(/^var __name = .*/m, '');
      return { contents: await importDirectly(named, dirname(path), resolved), loader: 'js' };
    });
  },
};

const sqliteModule = /[\\/]node-sqlite3-wasm\.js$/;

/**
 * Lets SQLite read its compiled part from a file that Brotli makes a quarter smaller than npm's gzip does. It looks for the
 * file where it lies itself.
 *
 * @type {import('esbuild').Plugin}
 */
const compressedSqlite = {
  name: 'compressed-sqlite',
  setup({ onLoad }) {
    onLoad({ filter: sqliteModule }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const reading = 'function getBinarySync(file){';
      if (!source.includes(reading)) throw new Error(`${path} does not read its compiled part as it did`);
      const read = 'require("node:zlib").brotliDecompressSync(require("node:fs").readFileSync(file+".br"))';
      return { contents: source.replace(reading, `${reading}return ${read};`), loader: 'js' };
    });
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
