// @ts-check
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startVitest } from 'vitest/node';
import { TestReporter } from './test-report.js';

const countTests = fileURLToPath(new URL('../../../.ci/count-tests.js', import.meta.url));

/**
 * What `.ci/count-tests.js` prints for a workspace of one library.
 *
 * @param {Record<string, string>} files tests by name
 * @param {string[]} leftovers
 */
async function countsOf(files, leftovers = []) {
  const workspace = await mkdtemp(join(tmpdir(), 'test-report-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  const root = join(workspace, 'libs/box');
  await mkdir(root, { recursive: true });
  for (const [name, code] of Object.entries(files)) {
    // The folder is outside of the workspace, so that it does not find Vitest by its name.
    const vitest = JSON.stringify(import.meta.resolve('vitest'));
    await writeFile(join(root, name), `import { beforeAll, describe, expect, it } from ${vitest};\n${code}`);
  }
  const exitCode = process.exitCode;
  const vitest = await startVitest('test', [], {
    root,
    config: false,
    watch: false,
    include: ['*.test.js'],
    reporters: [new TestReporter('test-results/test.json', () => leftovers)],
  });
  await vitest.close();
  process.exitCode = exitCode;
  return await promisify(execFile)(process.execPath, [countTests], { cwd: workspace }).then(
    ({ stdout }) => ({ code: 0, lines: stdout.trim().split('\n') }),
    ({ code, stdout }) => ({ code, lines: stdout.trim().split('\n') }),
  );
}

it('adds up the tests that passed', async () => {
  const { code, lines } = await countsOf({
    'a.test.js': `it('opens', () => undefined); it.skip('closes', () => undefined);`,
    'b.test.js': `it('is full', () => undefined);`,
  });
  expect(lines).toEqual(['libs/box test.json: 2 passed, 0 failed', 'all: 2 passed, 0 failed']);
  expect(code).toBe(0);
});

it('names each failed test, hook, import and error outside of tests, with the first line of its error', async () => {
  const { code, lines } = await countsOf({
    'test.test.js': `describe('a box', () => {
      it('opens', () => expect('shut').toBe('open'));
      it('stays', () => undefined);
    });`,
    'hook.test.js': `describe('a lid', () => {
      beforeAll(() => { throw new TypeError('no hinge\\nin the box'); });
      it('opens', () => undefined);
    });`,
    'file-hook.test.js': `beforeAll(() => { throw new Error('no box'); }); it('opens', () => undefined);`,
    'import.test.js': `import './missing.js'; it('opens', () => undefined);`,
    'outside.test.js': `it('passes', () => void Promise.reject(new RangeError('too late')));`,
  });
  expect(lines[0]).toBe('libs/box test.json: 2 passed, 5 failed');
  expect(lines.slice(1, -1).toSorted()).toEqual([
    'failed: libs/box file-hook.test.js: Error: no box',
    'failed: libs/box hook.test.js > a lid: TypeError: no hinge',
    expect.stringMatching(/^failed: libs\/box import\.test\.js: .*missing\.js/),
    'failed: libs/box outside of a test: RangeError: too late',
    "failed: libs/box test.test.js > a box > opens: AssertionError: expected 'shut' to be 'open' // Object.is equality",
  ]);
  expect(lines.at(-1)).toBe('all: 2 passed, 5 failed');
  expect(code).toBe(1);
});

it('names what tests left behind', async () => {
  const { code, lines } = await countsOf({ 'a.test.js': `it('opens', () => undefined);` }, ['lid-7f']);
  expect(lines[1]).toBe('failed: libs/box left behind: lid-7f');
  expect(code).toBe(1);
});

it('fails where no test ran', async () => {
  expect(await countsOf({})).toMatchObject({ code: 1 });
});
