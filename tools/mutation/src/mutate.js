import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { equivalents } from './equivalents.js';

/**
 * @typedef {{ readonly line: number, readonly column: number }} Place
 * @typedef {object} Mutant
 * @property {'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'RuntimeError'} status
 * @property {string} mutatorName Stryker's name of the kind of change
 * @property {{ readonly start: Place, readonly end: Place }} location
 * @property {string} replacement
 */

/** What the unit tests of one file are worth. */
export class Score {
  /** Mutants that were to be tried; more than were, if the time was over. */
  planned = 0;
  killed = 0;
  /** How many of the killed mutants were stopped because their tests did not end. */
  endless = 0;
  /** @type {Mutant[]} Those that no test noticed, although a test could. */
  survivors = [];
  /** Mutants that no test can notice. */
  equivalent = 0;
  /** Mutants that ended the test runner. */
  crashed = 0;
  /** Seconds. */
  seconds = 0;
  #expected;

  /**
   * @param {string} file
   * @param {{ readonly source?: string, readonly equivalents?: readonly import('./equivalents.js').Equivalent[] }} [parts]
   */
  constructor(file, { source, equivalents: listed = equivalents } = {}) {
    this.file = file;
    /** As it was mutated; it may be edited meanwhile. */
    this.source = source ?? readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    this.#expected = new Set(listed.filter((entry) => entry.file === file));
    /** Entries of the list of which no mutant survived: a test kills it now, or the code is another. */
    this.stale = new Set(this.#expected);
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
    switch (mutant.status) {
      case 'Killed':
        this.killed += 1;
        return;
      case 'Timeout':
        this.killed += 1;
        this.endless += 1;
        return;
      case 'Survived':
      case 'NoCoverage':
        this.#addSurvivor(mutant);
        return;
      case 'RuntimeError':
        // It fails outside of any test, where Stryker's runner cannot go on: neither noticed nor missed.
        this.crashed += 1;
        return;
      default:
        throw new Error(`unexpected mutant: ${JSON.stringify(mutant)}`);
    }
  }

  /** @param {Mutant} mutant */
  #addSurvivor(mutant) {
    const found = this.describe(mutant);
    const entry = [...this.#expected].find(
      ({ mutator, line, code, becomes }) =>
        mutator === found.mutator && line === found.line && code === found.code && becomes === found.becomes,
    );
    if (entry === undefined) this.survivors.push(mutant);
    else {
      this.equivalent += 1;
      this.stale.delete(entry);
    }
  }

  /**
   * A mutant by its text, so that it is found again when lines move.
   *
   * @param {Pick<Mutant, 'mutatorName' | 'location' | 'replacement'>} mutant
   * @returns {Omit<import('./equivalents.js').Equivalent, 'reason' | 'file'>}
   */
  describe({ mutatorName, location: { start, end }, replacement }) {
    const lines = this.source.split('\n').slice(start.line - 1, end.line);
    const line = lines[0]?.trim() ?? '';
    const last = lines.length - 1;
    const code = lines
      .map((text, at) =>
        text.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : text.length),
      )
      .join('\n');
    return { mutator: mutatorName, line, code: onOneLine(code), becomes: onOneLine(replacement) };
  }
}

/** @param {string} text */
function onOneLine(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
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
  // Of some lines, it cannot be said which entries are stale.
  if (ranges !== undefined || longestMs !== undefined) score.stale.clear();
  return score;
}
