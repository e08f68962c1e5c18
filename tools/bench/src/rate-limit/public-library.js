// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is measured beside ours, in the versions that were measured. */
export const versions = {
  bottleneck: '2.19.5',
  limiter: '4.1.0',
  'p-queue': '10.0.0',
  'p-throttle': '8.1.1',
  'rate-limiter-flexible': '11.4.0',
};

/** Outside the workspace: the libraries are fetched only when they are measured. */
const folder = join(tmpdir(), 'wemasy-orders-bench');

/** Installs the libraries, unless an earlier run has. */
export function installLibraries() {
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: versions });
  const marker = join(folder, `${Buffer.from(manifest).toString('base64url').slice(-24)}.installed`);
  if (existsSync(marker)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  });
  writeFileSync(marker, '');
}

/** @param {keyof typeof versions} name */
export async function load(name) {
  const require = createRequire(join(folder, 'package.json'));
  return import(pathToFileURL(require.resolve(name)).href);
}
