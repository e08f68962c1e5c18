// @ts-check
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exampleFaults, examplesOf } from './examples.js';

const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));

describe('examples', () => {
  it('compile on every page', { timeout: 60_000 }, async () => {
    const options = /** @type {const} */ ({ cwd: workspaceRoot, encoding: 'utf8' });
    const pages = execFileSync('git', ['ls-files', '*.md', ':!*.api.md'], options).trim().split('\n');
    const texts = await Promise.all(pages.map((page) => readFile(join(workspaceRoot, page), 'utf8')));
    const examples = pages.flatMap((page, at) => examplesOf(page, texts[at] ?? ''));
    expect(examples.length).toBeGreaterThan(4);
    expect(await exampleFaults(examples, workspaceRoot)).toEqual([]);
  });

  it('are reported by page and line when they do not compile', { timeout: 60_000 }, async () => {
    const page = [
      '# Library',
      '',
      '```sh',
      'npm install',
      '```',
      '',
      '```ts',
      `import { createOrdersClient } from '@wemasy-orders/client';`,
      '',
      'createOrdersClient({ tokn: 1 });',
      '```',
    ].join('\n');
    const faults = await exampleFaults(examplesOf('docs/library.md', page), workspaceRoot);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^docs\/library\.md:10: error TS\d+: .*tokn/);
  });

  it('are found in lists, and only where they are code of ours', () => {
    const page = '- a\n\n  ```js\n  go();\n  ```\n\n```json\n{}\n```\n';
    expect(examplesOf('page.md', page)).toEqual([
      { page: 'page.md', line: 4, language: 'js', code: '  go();\n' },
    ]);
  });
});
