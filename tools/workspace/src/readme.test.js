// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buttons } from './installers.js';
import { addressOf, readRoot } from './manifests.js';

const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
const readme = readFileSync(join(workspaceRoot, 'README.md'), 'utf8');

describe('the README', () => {
  it('links its install buttons to what the installers say; if this fails, replace the links', () => {
    const links = [...readme.matchAll(/!\[Install in [^\]]+\]\([^)]+\)\]\((https[^)]+)\)/g)].map(
      ([, link]) => link,
    );
    const { cursorPage, vscode } = buttons();
    expect(links).toEqual([cursorPage, vscode]);
  });

  it('says that nothing is released as long as the repository has no public address', async () => {
    const released = addressOf(await readRoot(workspaceRoot)) !== undefined;
    expect(readme.includes('**Before the first release**')).toBe(!released);
  });

  it('fits its pictures into a page that loads at once', () => {
    const pictures = [...readme.matchAll(/\]\((docs\/pictures\/[^)]+)\)/g)].map(([, path]) => path ?? '');
    expect(pictures).toHaveLength(4);
    for (const path of pictures) expect(readFileSync(join(workspaceRoot, path)).length).toBeLessThan(150_000);
  });
});
