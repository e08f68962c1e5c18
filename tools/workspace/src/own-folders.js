// @ts-check
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const prefix = 'wemasy-tests-';
/** Besides the home folder, where programs keep compiled code: Node, and jiti for knip. */
const allowed = new Set(['home', 'node-compile-cache', 'jiti']);

/**
 * Gives the tests of a run a temporary folder and a home folder of their own, which go with it.
 *
 * @returns {() => void} what Vitest calls after the last test
 */
export default function ownFolders() {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // As /tmp is: some tests start processes of other users.
  chmodSync(folder, 0o1777);
  mkdirSync(join(folder, 'home'));
  const before = { ...process.env };
  Object.assign(process.env, {
    // npm keeps its registry and its cache.
    npm_config_userconfig: join(homedir(), '.npmrc'),
    npm_config_cache: join(homedir(), '.npm'),
    ...before,
    TMPDIR: folder,
    HOME: join(folder, 'home'),
  });
  return () => {
    process.env = before;
    rmSync(folder, { recursive: true, force: true });
  };
}

/** What tests have left in their temporary folder. @returns {string[]} */
export function leftovers() {
  const folder = tmpdir();
  return basename(folder).startsWith(prefix) ? readdirSync(folder).filter((name) => !allowed.has(name)) : [];
}
