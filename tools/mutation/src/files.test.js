import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rangesOf } from './changed.js';
import { equivalents } from './equivalents.js';
import { faults } from './faults.js';
import { files, testsOf } from './files.js';
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

const source = 'export const a = 1;\nif (\n  a > 1 &&\n  b\n) go();\n';
/** @param {import('./mutate.js').Mutant['status']} status @param {string} [replacement] */
const mutant = (status, replacement = 'true') => ({
  status,
  mutatorName: 'ConditionalExpression',
  location: { start: { line: 3, column: 3 }, end: { line: 4, column: 4 } },
  replacement,
});
const entry = {
  file: 'a.ts',
  mutator: 'ConditionalExpression',
  line: 'a > 1 &&',
  code: 'a > 1 && b',
  becomes: 'false',
  reason: 'Nothing goes there.',
};

it('counts a mutant that no test runs as survived, and one whose tests never end as killed', () => {
  const score = new Score('a.ts', { source, equivalents: [] });
  for (const status of /** @type {const} */ ([
    'Killed',
    'Timeout',
    'Survived',
    'NoCoverage',
    'RuntimeError',
  ])) {
    score.add(mutant(status));
  }
  expect(score).toMatchObject({ tried: 4, killed: 2, endless: 1, crashed: 1, percent: 50 });
});

it('does not count an equivalent mutant, which it knows by its text', () => {
  const score = new Score('a.ts', { source, equivalents: [entry, { ...entry, file: 'b.ts' }] });
  expect([...score.stale]).toEqual([entry]);
  score.add(mutant('Survived', '  false'));
  score.add(mutant('Survived'));
  expect(score).toMatchObject({ tried: 1, equivalent: 1, survivors: [{ replacement: 'true' }] });
  expect(score.stale.size).toBe(0);
});

it('says that an entry of the list is stale once its mutant is killed', () => {
  const score = new Score('a.ts', { source, equivalents: [entry] });
  score.add(mutant('Killed', 'false'));
  expect([...score.stale]).toEqual([entry]);
});

it.each(equivalents)(
  'has the code of an equivalent mutant once: $file $code -> $becomes',
  ({ file, line }) => {
    expect(files).toContain(file);
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    expect(lines.filter((text) => text.trim() === line)).toHaveLength(1);
  },
);
