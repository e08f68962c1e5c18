import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ readonly line: number, readonly column: number }} Place
 * @typedef {object} Mutant
 * @property {'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'Ignored' | 'RuntimeError'} status
 * @property {{ readonly start: Place, readonly end: Place }} location
 * @property {string} replacement
 */

/** What the unit tests of one file are worth. */
export class Score {
  /** Mutants that were to be tried; more than were, if the time was over. */
  planned = 0;
  killed = 0;
  /** @type {Mutant[]} Those that no test noticed. */
  survivors = [];
  /** Equivalent mutants, each with its reason in the source. */
  ignored = 0;
  /** Mutants that ended the test runner. */
  crashed = 0;
  /** Seconds. */
  seconds = 0;

  /** @param {string} file */
  constructor(file) {
    this.file = file;
    /** As it was mutated; it may be edited meanwhile. */
    this.source = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  }

  get tried() {
    return this.killed + this.survivors.length;
  }

  /** Percent of the tried mutants that a test noticed. */
  get percent() {
    return this.tried === 0 ? 100 : (100 * this.killed) / this.tried;
  }

  /** @param {Mutant} mutant */
  add(mutant) {
    if (mutant.status === 'Killed' || mutant.status === 'Timeout') this.killed += 1;
    else if (mutant.status === 'Survived' || mutant.status === 'NoCoverage') this.survivors.push(mutant);
    else if (mutant.status === 'Ignored') this.ignored += 1;
    // It fails outside of any test, where Stryker's runner cannot go on: neither noticed nor missed.
    else if (mutant.status === 'RuntimeError') this.crashed += 1;
    else throw new Error(`unexpected mutant: ${JSON.stringify(mutant)}`);
  }
}

/**
 * Mutates a file, or some lines of it, and runs the unit tests of its project on each mutant.
 *
 * @param {{ readonly file: string, readonly ranges?: readonly string[], readonly longestMs?: number }} task `ranges`: e.g. `10-12`
 */
export async function mutate({ file, ranges, longestMs }) {
  const score = new Score(file);
  const startedAt = Date.now();
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('run-stryker.js', import.meta.url)),
      ...(ranges?.map((range) => `${file}:${range}`) ?? [file]),
    ],
    // A group of its own, so that the test runners end with it.
    { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  };
  const timer = longestMs === undefined ? undefined : setTimeout(end, longestMs);
  process.once('exit', end);
  const closed = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) console.error(line);
    else {
      const event = JSON.parse(line);
      if ('planned' in event) score.planned = event.planned;
      else score.add(event);
    }
  }
  const result = await closed;
  clearTimeout(timer);
  process.off('exit', end);
  score.seconds = (Date.now() - startedAt) / 1000;
  const isOutOfTime = result === 'SIGKILL' && longestMs !== undefined && Date.now() - startedAt >= longestMs;
  if (result !== 0 && !isOutOfTime) throw new Error(`Stryker failed on ${file}: ${result}`);
  return score;
}

/** @param {Score} score @param {Mutant} mutant a line as compilers print it */
export function describeMutant({ file, source }, { status, location: { start, end }, replacement }) {
  const [first = ''] = source.split('\n').slice(start.line - 1);
  const original =
    start.line === end.line
      ? first.slice(start.column - 1, end.column - 1)
      : `${first.slice(start.column - 1)} … (${end.line - start.line + 1} lines)`;
  const outcome = status === 'NoCoverage' ? 'no test runs' : 'survived';
  return `${file}:${start.line}:${start.column} ${outcome}: ${original} -> ${replacement.replaceAll(/\s+/g, ' ')}`;
}
