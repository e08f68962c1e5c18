// @ts-check
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledSize } from './bundled-size.js';

const workspaceRoot = fileURLToPath(new URL('../../../../', import.meta.url));
const document = join(workspaceRoot, 'openapi/wemasy-orders.yaml');

/** What makes the other clients from the same document. */
const generators = {
  '@hey-api/openapi-ts': '0.99.0',
  orval: '8.38.0',
  'openapi-fetch': '0.17.0',
  zod: '4.6.7',
  typescript: '5.9.3',
};

/**
 * What a client of the document costs in a page: bundled, minified and compressed with gzip, ours beside what public
 * generators make of the same document. Downloads them; writes no page.
 */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'wemasy-orders-bench-size-'));
  try {
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies: generators }),
    );
    // A generator would take one of a folder above.
    writeFileSync(join(folder, 'tsconfig.json'), '{}');
    execute(folder, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
    writeFileSync(
      join(folder, 'hey-api.config.mjs'),
      `export default ${JSON.stringify({
        input: document,
        output: 'hey-api',
        plugins: ['@hey-api/client-fetch', 'zod', { name: '@hey-api/sdk', validator: true }],
      })};`,
    );
    execute(folder, 'npx', ['openapi-ts', '-f', 'hey-api.config.mjs']);
    writeFileSync(
      join(folder, 'orval.config.mjs'),
      `export default ${JSON.stringify({
        orders: { input: document, output: { target: 'orval/index.ts', client: 'fetch' } },
      })};`,
    );
    execute(folder, 'npx', ['orval', '--config', 'orval.config.mjs']);
    const ours = join(workspaceRoot, 'node_modules/@wemasy-orders/client');
    const rows = [
      [
        '@wemasy-orders/client, whole: pacing, retries, run-time checks',
        ours,
        "export * from '@wemasy-orders/client';",
      ],
      [
        '@wemasy-orders/rate-limit, what the client takes of it',
        ours,
        "export { createSimpleRateLimiter } from '@wemasy-orders/rate-limit';",
      ],
      [
        '@wemasy-orders/client, isOrdersError alone',
        ours,
        "export { isOrdersError } from '@wemasy-orders/client';",
      ],
      ['@hey-api/openapi-ts with zod: run-time checks', folder, "export * from './hey-api/index.ts';"],
      ['openapi-fetch: no checks', folder, "export { default } from 'openapi-fetch';"],
      ['orval (fetch): no checks', folder, "export * from './orval/index.ts';"],
    ];
    for (const [name = '', resolveDir = '', source = ''] of rows) {
      const bytes = await bundledSize(source, resolveDir);
      console.log(`${(bytes / 1000).toFixed(1).padStart(6)} kB  ${name}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} cwd @param {string} command @param {string[]} args */
function execute(cwd, command, args) {
  execFileSync(process.platform === 'win32' ? `${command}.cmd` : command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
