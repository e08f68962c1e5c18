// @ts-check
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressMissing, addressOf, readRoot } from './manifests.js';

// npm runs this in a package's folder before it packs or publishes it.
const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
if (process.env['npm_command'] === 'publish' && addressOf(await readRoot(workspaceRoot)) === undefined) {
  console.error(addressMissing);
  process.exit(1);
}
// `nx release publish` has built all packages. A build for each of them at once would write the same files.
if (process.env['NX_TASK_TARGET_TARGET'] !== 'nx-release-publish') {
  const nx = createRequire(import.meta.url).resolve('nx');
  // What npm reads from stdout is its own.
  const { status } = spawnSync(process.execPath, [nx, 'build'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}
copyFileSync(join(workspaceRoot, 'LICENSE'), 'LICENSE');
