// @ts-check
import { readFile, rm, writeFile } from 'node:fs/promises';
import { transform } from 'esbuild';

// Writes the version of the library of the working directory into its dist/version.js, after tsc: the compiler defines no
// constants.
const { version } = JSON.parse(await readFile('package.json', 'utf8'));
const { code } = await transform(await readFile('src/version.ts', 'utf8'), {
  loader: 'ts',
  format: 'esm',
  target: 'es2022',
  minifySyntax: true,
  define: { PACKAGE_VERSION: JSON.stringify(version) },
});
await writeFile('dist/version.js', code);
await rm('dist/version.js.map', { force: true });
