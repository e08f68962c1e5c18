/** `node run-stryker.js FILE[:FROM-TO]…`: mutates one file and prints each mutant as a line of JSON. */
import { readFileSync } from 'node:fs';
import { Stryker } from '@stryker-mutator/core';

const ranges = process.argv.slice(2);
const [project] = /^\w+\/[\w-]+/.exec(ranges[0] ?? '') ?? [];
if (project === undefined) throw new TypeError('usage: run-stryker.js FILE[:FROM-TO]…');

await new Stryker({
  ...JSON.parse(readFileSync(new URL('stryker.json', import.meta.url), 'utf8')),
  mutate: ranges,
  plugins: ['@stryker-mutator/vitest-runner', new URL('reporter.js', import.meta.url).href],
  vitest: { configFile: 'tools/mutation/src/stryker.config.js', dir: project },
}).runMutationTest();
