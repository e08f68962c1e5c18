// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Where these tempt, the process, caller or person that acts is the better subject. */
const stilted = ['nobody', 'somebody', 'whoever', '(is|are|was|were) told', 'be it that'];

it('texts name who acts', () => {
  const others = [':!package-lock.json', ':!CHANGELOG.md', ':!openapi/vendor', ':!*/wording.test.js'];
  const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
  expect(linesWithStiltedWords(workspaceRoot, [], ['.', ...others])).toEqual([]);
});

it('a stilted word is found by file and line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wording-'));
  try {
    writeFileSync(join(folder, 'note.ts'), '\n// Whoever waits has a place.\n');
    expect(linesWithStiltedWords(folder, ['--no-index'], ['.'])).toEqual([
      'note.ts:2:// Whoever waits has a place.',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** @param {string} cwd @param {readonly string[]} options @param {readonly string[]} paths */
function linesWithStiltedWords(cwd, options, paths) {
  const args = ['grep', ...options, '-nIiwE', stilted.join('|'), '--', ...paths];
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}
