// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Adds up what the test runs of all projects reported and names what failed; fails where there is nothing to add up. */
const reports = ['.', 'libs', 'apps', 'tools']
  .flatMap((parent) => list(parent).map((name) => join(parent, name)))
  .flatMap((project) =>
    list(join(project, 'test-results'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => ({ project, file, report: read(join(project, 'test-results', file)) })),
  );

for (const { project, file, report } of reports) {
  console.log(`${project} ${file}: ${report.passed} passed, ${report.failures.length} failed`);
}
for (const { project, report } of reports) {
  for (const failure of report.failures) console.log(`failed: ${project} ${failure}`);
}
const passed = reports.reduce((sum, { report }) => sum + report.passed, 0);
const failed = reports.reduce((sum, { report }) => sum + report.failures.length, 0);
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

/** @param {string} file @returns {import('../tools/workspace/src/test-report.js').TestReport} */
function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
