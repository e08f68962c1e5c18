// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What Node writes about a script with `NODE_V8_COVERAGE`, as far as it is looked at here.
 *
 * @typedef {object} ScriptCoverage
 * @property {string} url
 * @property {readonly { readonly functionName: string, readonly ranges: readonly { readonly startOffset: number, readonly count: number }[] }[]} functions
 */

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * The functions of our own sources that ran, by file. The code of a module outside functions is none of them, and what
 * comes from packages of others does not count.
 *
 * @param {string} folder what `NODE_V8_COVERAGE` named
 */
export function functionsRun(folder) {
  /** @type {Map<string, Map<string, string>>} names by place, by file */
  const files = new Map();
  for (const script of readdirSync(folder).flatMap((name) => scriptsIn(join(folder, name)))) {
    const path = fileURLToPath(script.url);
    const text = readFileSync(path, 'utf8');
    const map = new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
    for (const { functionName, ranges } of script.functions) {
      const [whole] = ranges;
      // A module as a whole is a function without a name that begins with its file.
      if (whole === undefined || whole.count === 0 || whole.startOffset === 0) continue;
      // The bundler adds one to each class, so that it keeps its name; our sources have none.
      if (functionName === '<static_initializer>') continue;
      const before = text.slice(0, whole.startOffset).split('\n');
      const origin = map.findEntry(before.length - 1, before.at(-1)?.length ?? 0);
      if (!('originalSource' in origin)) continue;
      const file = relative(workspace, join(dirname(path), origin.originalSource));
      if (!/^(apps|libs)\/[^/]+\/src\//.test(file)) continue;
      const functions = files.get(file) ?? new Map();
      files.set(file, functions);
      const place = `${origin.originalLine + 1}:${origin.originalColumn + 1}`;
      functions.set(place, nameAt(map, origin) ?? `line ${origin.originalLine + 1}`);
    }
  }
  return [...files]
    .map(([file, functions]) => ({ file, functions: [...functions.values()] }))
    .sort((a, b) => a.file.localeCompare(b.file));
}

/**
 * What the source calls the function that begins there; undefined where it has no name.
 *
 * @param {SourceMap} map
 * @param {import('node:module').SourceMapping} origin
 */
function nameAt({ payload }, { originalSource, originalLine, originalColumn }) {
  const source = payload.sourcesContent[payload.sources.indexOf(originalSource)] ?? '';
  const text = source.split('\n')[originalLine]?.slice(originalColumn) ?? '';
  return /^(?:export )?(?:async )?(?:function\*? )?(?:get )?(#?[A-Za-z_]\w*)(?=[(<])/.exec(text)?.[1];
}

/** @param {string} file @returns {ScriptCoverage[]} those of the built server */
function scriptsIn(file) {
  const { result } = JSON.parse(readFileSync(file, 'utf8'));
  return result.filter((/** @type {ScriptCoverage} */ { url }) => url.includes('/apps/mcp-server/dist/'));
}
