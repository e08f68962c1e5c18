// @ts-check
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a program leaves in the temporary folder that is not the tests' to remove: Node keeps compiled code there. */
const allowed = new Set(['node-compile-cache']);

/**
 * Gives the tests of a run a temporary folder of its own, which goes with it. What a test leaves there fails the run.
 *
 * @returns {() => void} what Vitest calls after the last test
 */
export default function ownTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'wemasy-tests-'));
  // As /tmp is: some tests start processes of other users.
  chmodSync(folder, 0o1777);
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  return () => {
    const left = readdirSync(folder).filter((name) => !allowed.has(name));
    rmSync(folder, { recursive: true, force: true });
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    if (left.length > 0) throw new Error(`tests left in the temporary folder: ${left.join(', ')}`);
  };
}
