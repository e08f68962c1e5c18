// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));

it('every link from a page to a file or a heading of this repository leads there', () => {
  const options = /** @type {const} */ ({ cwd: workspaceRoot, encoding: 'utf8' });
  const pages = execFileSync('git', ['ls-files', '*.md'], options).trim().split('\n');
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ page, target })),
  );
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter(({ page, target }) => !leadsSomewhere(page, target))).toEqual([]);
});

/** @param {string} page @param {string} target */
function leadsSomewhere(page, target) {
  if (/^[a-z]+:/.test(target)) return true;
  const [path = '', heading] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(workspaceRoot, file))) return false;
  return heading === undefined || headingsOf(file).includes(heading);
}

/** The headings of a page as their anchors are called. @param {string} page */
function headingsOf(page) {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

/** @param {string} page */
function read(page) {
  return readFileSync(join(workspaceRoot, page), 'utf8');
}
