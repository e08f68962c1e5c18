import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testsOf } from './files.js';

/** A fault that the unit tests need longer for is one that they do not find. */
const longestMs = 60_000;
const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Runs the unit tests of a project on its sources with a fault, until the first one fails: those of the file, then all.
 *
 * @param {import('./faults.js').Fault} fault
 * @returns the test that found the fault, and after how many seconds; `undefined` if none did in time
 */
export async function findFault({ name, file, tests = testsOf.get(file) ?? [testBeside(file)] }) {
  const project = file.split('/').slice(0, 2).join('/');
  const own = tests.map((test) => join(root, test)).filter((test) => existsSync(test));
  const seeded = ['--config', fileURLToPath(new URL('seeded.config.js', import.meta.url))];
  const startedAt = Date.now();
  const failed =
    (own.length > 0 && (await firstFailure(project, own, seeded, name))) ||
    (await firstFailure(project, [], seeded, name));
  const ms = Date.now() - startedAt;
  if (failed === undefined || ms > longestMs) return undefined;
  // A test that fails without the fault as well has found nothing.
  const alone = ['--testNamePattern', exactly(failed.test)];
  const without = await firstFailure(project, [failed.file], alone, '');
  if (without !== undefined) throw new Error(`this test fails without a fault, too: ${without.test}`);
  return { seconds: ms / 1000, test: failed.test };
}

/** @param {string} file */
function testBeside(file) {
  return file.replace(/\.(ts|js)$/, '.test.$1');
}

/** @param {string} name */
function exactly(name) {
  return `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`;
}

/**
 * @param {string} project
 * @param {readonly string[]} testFiles
 * @param {readonly string[]} options
 * @param {string} fault its name, or nothing
 */
async function firstFailure(project, testFiles, options, fault) {
  const folder = mkdtempSync(join(tmpdir(), 'seeded-'));
  try {
    const report = join(folder, 'report.json');
    const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));
    const child = spawn(
      process.execPath,
      [
        vitest,
        'run',
        ...testFiles,
        '--root',
        project,
        '--reporter',
        'json',
        '--outputFile',
        report,
        ...options,
      ],
      {
        cwd: root,
        // In CI, the shared settings send the report to where the gate counts tests.
        env: { ...process.env, CI: '', FAULT: fault },
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: longestMs,
      },
    );
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    const startedAt = Date.now();
    const code = await new Promise((resolve) => child.once('close', resolve));
    // Vitest ends with a code of its own when it is stopped.
    if (code === null || Date.now() - startedAt >= longestMs) return undefined;
    if (!existsSync(report)) throw new Error(`the tests of ${project} cannot be run:\n${errors}`);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    for (const { name, assertionResults, status, message } of testResults) {
      for (const { status: result, fullName } of assertionResults) {
        if (result === 'failed') return { file: String(name), test: String(fullName) };
      }
      if (status === 'failed') throw new Error(`${name} cannot be run: ${message}`);
    }
    if (code !== 0) throw new Error(`the tests of ${project} end with ${code}:\n${errors}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
