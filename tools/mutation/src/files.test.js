import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rangesOf } from './changed.js';
import { faults } from './faults.js';
import { testsOf } from './files.js';
import { Score } from './mutate.js';

const root = join(import.meta.dirname, '../../..');

it.each([...testsOf])('%s and its tests are where the list says', (file, tests) => {
  for (const path of [file, ...tests]) expect(existsSync(join(root, path)), path).toBe(true);
});

it.each(faults)('$name can be seeded: $file has its code once', ({ file, code }) => {
  expect(readFileSync(join(root, file), 'utf8').split(code)).toHaveLength(2);
});

it('mutates the lines that were added or changed, and none where lines were removed', () => {
  const diff = [
    '--- a/libs/client/src/retry.ts',
    '+++ b/libs/client/src/retry.ts',
    '@@ -4 +4 @@ export',
    '@@ -10,0 +11,3 @@ export function retryDelayMs(',
    '@@ -20,2 +23,0 @@ export',
    '--- a/libs/client/src/send.ts',
    '+++ b/libs/client/src/send.ts',
    '@@ -1,3 +0,0 @@',
    '--- a/libs/state/src/generation.ts',
    '+++ b/libs/state/src/generation.ts',
    '@@ -0,0 +1,2 @@',
  ].join('\n');
  expect(rangesOf(diff)).toEqual([
    { file: 'libs/client/src/retry.ts', ranges: ['4-4', '11-13'] },
    { file: 'libs/state/src/generation.ts', ranges: ['1-2'] },
  ]);
});

it('counts a mutant that no test runs as survived, one that never ends as killed, and an equivalent one not at all', () => {
  const score = new Score('libs/state/src/generation.ts');
  const place = { line: 1, column: 1 };
  for (const status of /** @type {const} */ (['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored'])) {
    score.add({ status, location: { start: place, end: place }, replacement: '' });
  }
  expect(score).toMatchObject({ tried: 4, killed: 2, ignored: 1, percent: 50 });
});
