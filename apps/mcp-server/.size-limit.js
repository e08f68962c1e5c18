// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const dist = join(import.meta.dirname, 'dist');
const operations = join(import.meta.dirname, '../../libs/client/src/generated/operations.ts');
/** Each tool of the document is in the recorded responses and in the code of the first call. */
const tools = readFileSync(operations, 'utf8').match(/^ +tool: \{/gm)?.length ?? 0;

export default [
  {
    name: 'loaded when an assistant starts it',
    path: [...loadedWith(['main', 'start']), 'dist/recorded-responses.json'],
    limit: `${19 + 12 * tools} kB`,
    brotli: false,
  },
  {
    name: 'loaded for the first call over stdio',
    path: loadedWith(['main', 'start', 'stdio']),
    limit: `${448 + 10 * tools} kB`,
    brotli: false,
  },
  {
    name: 'all that is installed, source maps aside',
    path: ['dist/**/*', '!dist/**/*.map'],
    limit: '2.2 MB',
    brotli: false,
  },
];

/**
 * The files that these modules need at once. What they import lazily, such as HTTP and Redis, shares chunks as well, so
 * that the name of a chunk does not tell.
 *
 * @param {readonly string[]} modules
 */
function loadedWith(modules) {
  const files = new Set(
    readdirSync(dist).filter((file) =>
      modules.some((name) => new RegExp(`^${name}(-\\w+)?\\.js$`).test(file)),
    ),
  );
  for (const file of files) {
    const imports = readFileSync(join(dist, file), 'utf8').matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g);
    for (const [, imported = ''] of imports) files.add(imported);
  }
  return [...files].map((file) => `dist/${file}`);
}
