import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the campaign, since some libraries that it uses exist as TypeScript only.
 *
 * @returns {Promise<typeof import('./campaign.js')>}
 */
export async function loadCampaign() {
  const outdir = fileURLToPath(new URL('../dist', import.meta.url));
  await build({
    entryPoints: ['campaign', 'worker'].map((name) => fileURLToPath(new URL(`${name}.js`, import.meta.url))),
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@wemasy-orders/source'],
    external: ['ioredis'],
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return await import(pathToFileURL(`${outdir}/campaign.js`).href);
}
