// @ts-check
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from './generate.js';

const [documentPath, outputPath] = process.argv.slice(2);
if (documentPath === undefined || outputPath === undefined) {
  throw new Error('usage: main.js <document> <output folder>, both below the working directory');
}
const files = await generate(await readFile(documentPath, 'utf8'), { documentPath, outputPath });
await mkdir(outputPath, { recursive: true });
for (const [name, content] of Object.entries(files)) await writeFile(join(outputPath, name), content);
