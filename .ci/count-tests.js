// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Adds up what the test runners of all projects reported; fails where there is nothing to add up. */
const reports = ['.', 'libs', 'apps', 'tools']
  .flatMap((parent) => readdirSync(parent, { withFileTypes: true }).map(({ name }) => join(parent, name)))
  .flatMap((project) => {
    const folder = join(project, 'test-results');
    return list(folder).map((file) => ({ name: `${project} ${file}`, report: read(join(folder, file)) }));
  });

let passed = 0;
let failed = 0;
for (const { name, report } of reports) {
  console.log(`${name}: ${report.numPassedTests} passed, ${report.numFailedTests} failed`);
  passed += report.numPassedTests;
  failed += report.numFailedTests;
}
console.log(`all: ${passed} passed, ${failed} failed`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;

/** @param {string} folder @returns {string[]} */
function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @param {string} file @returns {{ numPassedTests: number, numFailedTests: number }} */
function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
