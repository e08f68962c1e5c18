// @ts-check
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** @typedef {{ page: string, line: number, language: 'ts' | 'js', code: string }} Example */

const languages = /** @type {const} */ ({ ts: 'ts', typescript: 'ts', js: 'js', javascript: 'js' });

/**
 * The TypeScript and JavaScript blocks of a page. One in a list is as indented as its fence.
 *
 * @param {string} page its path, for messages
 * @param {string} markdown
 * @returns {Example[]}
 */
export function examplesOf(page, markdown) {
  return [...markdown.matchAll(/^([ \t]*)```(\w+)[^\n]*\n(.*?)^\1```$/gms)].flatMap((block) => {
    const language = Object.entries(languages).find(([name]) => name === block[2])?.[1];
    const line = markdown.slice(0, block.index).split('\n').length + 1;
    return language === undefined ? [] : [{ page, line, language, code: block[3] ?? '' }];
  });
}

/**
 * Compiles each example as a module of its own, as a reader would who copies it. Packages of the workspace are their
 * sources.
 *
 * @param {readonly Example[]} examples
 * @param {string} workspaceRoot
 * @returns {Promise<string[]>} a line for each fault, with the page's own line number
 */
export async function exampleFaults(examples, workspaceRoot) {
  const folder = join(workspaceRoot, 'tools/workspace/out-tsc/examples');
  await rm(folder, { recursive: true, force: true });
  for (const { page, line, language, code } of examples) {
    const file = join(folder, `${page}.${line}.${language}`);
    await mkdir(dirname(file), { recursive: true });
    // Empty lines before it give the compiler the page's line numbers.
    await writeFile(file, `${'\n'.repeat(line - 1)}${code}export {};\n`);
  }
  const config = {
    extends: join(workspaceRoot, 'tsconfig.json'),
    compilerOptions: { noUnusedLocals: false },
    include: ['**/*'],
    exclude: [],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const output = await compile(folder, join(workspaceRoot, 'node_modules/@typescript/native/bin/tsc'));
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^(.*?)\.\d+\.[tj]s\((\d+),\d+\)/, '$1:$2'));
}

/** @param {string} folder @param {string} tsc @returns {Promise<string>} what the compiler says */
function compile(folder, tsc) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [tsc, '--pretty', 'false'], { cwd: folder }, (fault, stdout, stderr) => {
      if (fault !== null && stdout === '') reject(new Error(stderr || fault.message, { cause: fault }));
      else resolve(stdout);
    });
  });
}
