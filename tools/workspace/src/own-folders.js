// @ts-check
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** What programs leave in the temporary folder that is not the tests' to remove: Node keeps compiled code there. */
const allowed = new Set(['home', 'node-compile-cache']);

/**
 * Gives the tests of a run a temporary folder and a home folder of their own, which go with it. What a test leaves in the
 * temporary folder fails the run.
 *
 * @returns {() => void} what Vitest calls after the last test
 */
export default function ownFolders() {
  const folder = mkdtempSync(join(tmpdir(), 'wemasy-tests-'));
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
    const left = readdirSync(folder).filter((name) => !allowed.has(name));
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`tests left in the temporary folder: ${left.join(', ')}`);
  };
}
