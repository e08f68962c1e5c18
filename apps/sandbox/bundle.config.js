// @ts-check
import { appendFile, copyFile, cp, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bundle } from '../../tools/bundle/app.js';

const require = createRequire(import.meta.url);

await bundle();

await copyFile('../../openapi/wemasy-orders.yaml', 'dist/wemasy-orders.yaml');

// The files of the pages: our assets, and Scalar's script for browsers.
await cp('src/assets', 'dist/assets', { recursive: true });
const scripts = dirname(require.resolve('@scalar/fastify-api-reference'));
await copyFile(join(scripts, 'js', 'standalone.js'), 'dist/assets/scalar.js');
const licence = await readFile(join(scripts, '..', 'LICENSE'), 'utf8');
await appendFile('dist/licenses.txt', `\n${'-'.repeat(80)}\n\nScalar (assets/scalar.js)\n\n${licence}`);
