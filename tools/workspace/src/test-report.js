// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** @import { Reporter, SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node' */

/**
 * @typedef {object} TestReport what `.ci/run` adds up and prints
 * @property {number} passed tests that passed
 * @property {string[]} failures a line for each test, suite and file that failed, and for each error outside of them
 * @property {Record<string, number>} durationsMs by file, with its hooks and imports
 */

/**
 * Writes a report of the run. Vitest's own JSON reporter leaves out a suite whose hook failed, and an error that no
 * test caused.
 *
 * @implements {Reporter}
 */
export class TestReporter {
  /** @type {string} */
  #file;
  /** @type {() => string[]} */
  #leftovers;
  #root = '';

  /**
   * @param {string} file below the root of the tested project
   * @param {() => string[]} leftovers what tests have left where they must leave nothing
   */
  constructor(file, leftovers = () => []) {
    this.#file = file;
    this.#leftovers = leftovers;
  }

  /** @param {Vitest} vitest */
  onInit(vitest) {
    this.#root = vitest.config.root;
  }

  /** @param {readonly TestModule[]} modules @param {readonly SerializedError[]} unhandled */
  onTestRunEnd(modules, unhandled) {
    /** @type {TestReport} */
    const report = { passed: 0, failures: [], durationsMs: {} };
    for (const module of modules) {
      const path = relative(this.#root, module.moduleId).replaceAll('\\', '/');
      const { collectDuration, duration } = module.diagnostic();
      report.durationsMs[path] = Math.round(collectDuration + duration);
      const tests = [...module.children.allTests()];
      report.passed += tests.filter((test) => test.result().state === 'passed').length;
      report.failures.push(
        ...module.errors().map((error) => `${path}: ${firstLine(error)}`),
        ...[...module.children.allSuites(), ...tests].flatMap((part) =>
          errorsOf(part)
            .slice(0, 1)
            .map((error) => `${path} > ${part.fullName}: ${firstLine(error)}`),
        ),
      );
    }
    const left = this.#leftovers();
    // Vitest goes by the results of tests.
    if (left.length > 0) process.exitCode = 1;
    report.failures.push(
      ...unhandled.map((error) => `outside of a test: ${firstLine(error)}`),
      ...left.map((name) => `left behind: ${name}`),
    );
    const file = resolve(this.#root, this.#file);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report));
  }
}

/** @param {TestCase | TestSuite} part */
function errorsOf(part) {
  if (part.type === 'suite') return part.errors();
  const { state, errors } = part.result();
  return state === 'failed' ? errors : [];
}

/** @param {{ name?: string, message: string }} error */
function firstLine({ name, message }) {
  const [line = ''] = stripVTControlCharacters(message).trim().split('\n');
  return name === undefined || line.startsWith(name) ? line : `${name}: ${line}`;
}
