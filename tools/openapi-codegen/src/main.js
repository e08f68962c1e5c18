// @ts-check
import { readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from './generate.js';
import { DocumentError } from './document/issues.js';
import { codegenOf } from './nx/project.js';

const [projectRoot] = process.argv.slice(2);
const codegen =
  projectRoot && codegenOf(readFileSync(join(projectRoot, 'package.json'), 'utf8'), projectRoot);
if (!codegen)
  throw new Error('usage: main.js <folder of a project that generates code>, in the workspace root');
const readFile = (/** @type {string} */ path) =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8') : undefined;
try {
  const files = await generate(readFileSync(codegen.documentPath, 'utf8'), { ...codegen, readFile });
  await mkdir(codegen.outputPath, { recursive: true });
  for (const [name, content] of Object.entries(files))
    await writeFile(join(codegen.outputPath, name), content);
} catch (error) {
  if (!(error instanceof DocumentError)) throw error;
  console.error(`${codegen.documentPath} cannot be used:\n${error.message.replaceAll(/^/gm, '  ')}`);
  process.exitCode = 1;
}
