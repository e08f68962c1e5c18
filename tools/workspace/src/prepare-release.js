// @ts-check
import { execFileSync } from 'node:child_process';
import { addressMissing, addressOf, completeManifests, readRoot } from './manifests.js';

// `nx release` runs this first, in the root of the workspace.
const workspaceRoot = process.cwd();
if (addressOf(await readRoot(workspaceRoot)) === undefined) {
  console.error(addressMissing);
  process.exitCode = 1;
} else if (process.env['NX_DRY_RUN'] !== 'true') {
  const changed = await completeManifests(workspaceRoot);
  if (changed.length > 0) execFileSync('git', ['add', ...changed]);
}
