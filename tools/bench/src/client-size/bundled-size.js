// @ts-check
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Size of a module in a page, in bytes: bundled for browsers, minified and compressed with gzip.
 *
 * @param {string} source
 * @param {string} resolveDir folder that its imports start from
 * @returns {Promise<number>}
 */
export async function bundledSize(source, resolveDir) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}
