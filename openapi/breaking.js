// @ts-check
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { breakingChanges } from './breaking-changes.js';

/**
 * `breaking.js [revision]`: compares the document of the working directory with a git revision, by default the last commit.
 * Exit codes: 0 nothing breaks, 1 something breaks, 2 there was nothing to compare. Nx turns both failures into 1.
 */
const document = 'wemasy-orders.yaml';

try {
  const [revision = 'HEAD', ...others] = parseArgs({ allowPositionals: true }).positionals;
  if (others.length > 0) throw new Error('usage: breaking.js [revision]');
  const changes = await breakingChanges(document, committed(revision), (path) => readFileSync(path, 'utf8'));
  console.log(changes.join('\n') || `${document} breaks nothing of ${revision}.`);
  process.exitCode = changes.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

/** Reads files as they were. @param {string} revision */
function committed(revision) {
  const commit = git(
    `There is no revision ${revision}`,
    'rev-parse',
    '--verify',
    '--end-of-options',
    `${revision}^{commit}`,
  );
  // `./` is the working directory; the document is not in the root of the repository.
  return (/** @type {string} */ path) =>
    git(`${revision} has no ${path}`, 'show', `${commit.trim()}:./${path}`);
}

/**
 * @param {string} failure what it means if git refuses
 * @param {readonly string[]} args
 */
function git(failure, ...args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${failure}. ${stderr.trim()}`);
  return stdout;
}
