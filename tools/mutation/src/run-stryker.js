/** `node run-stryker.js FILE[:FROM-TO]…`: mutates one file and prints each mutant as a line of JSON. */
import { readFileSync } from 'node:fs';
import { Stryker } from '@stryker-mutator/core';
import { testsOf } from './files.js';

const ranges = process.argv.slice(2);
const [file = ''] = ranges[0]?.split(':') ?? [];
const tests = testsOf.get(file);
if (tests === undefined) throw new TypeError('usage: run-stryker.js FILE[:FROM-TO]…');

process.env['MUTATION_TESTS'] = JSON.stringify(tests);
await new Stryker({
  ...JSON.parse(readFileSync(new URL('stryker.json', import.meta.url), 'utf8')),
  mutate: ranges,
  plugins: ['@stryker-mutator/vitest-runner', new URL('reporter.js', import.meta.url).href],
  vitest: { configFile: 'tools/mutation/src/stryker.config.js', related: false },
}).runMutationTest();
