import { execFileSync } from 'node:child_process';

/**
 * The lines that changed since a revision, with those that are not committed.
 *
 * @param {readonly string[]} files
 * @param {string} since
 * @returns {{ readonly file: string, readonly ranges: readonly string[] }[]} files with changed lines only
 */
export function changedLines(files, since) {
  const diff = git(
    'diff',
    '--unified=0',
    '--no-color',
    '--no-ext-diff',
    '--src-prefix=a/',
    '--dst-prefix=b/',
    since,
    '--',
    ...files,
  );
  return rangesOf(diff);
}

/** @param {string} diff as git writes it without context */
export function rangesOf(diff) {
  /** @type {Map<string, string[]>} */
  const byFile = new Map();
  let file = '';
  for (const line of diff.split('\n')) {
    file = /^\+\+\+ b\/(.*)$/.exec(line)?.[1] ?? file;
    const [, first, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    // Where lines were only removed, nothing is left to mutate.
    if (first === undefined || count === '0') continue;
    const range = `${first}-${Number(first) + Number(count) - 1}`;
    byFile.set(file, [...(byFile.get(file) ?? []), range]);
  }
  return [...byFile].map(([name, ranges]) => ({ file: name, ranges }));
}

/**
 * Where this work began: the place at which it left main or, on main itself, the commit before.
 *
 * @returns {string | undefined} undefined in a clone that has no history
 */
export function startOfWork() {
  const head = tryGit('rev-parse', 'HEAD');
  const base = tryGit('merge-base', 'origin/main', 'HEAD');
  return base === undefined || base === head ? tryGit('rev-parse', '--verify', '--quiet', 'HEAD~1') : base;
}

/** @param {readonly string[]} args */
function git(...args) {
  return execFileSync('git', args, { encoding: 'utf8', maxBuffer: 2 ** 28 }).trim();
}

/** @param {readonly string[]} args */
function tryGit(...args) {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
