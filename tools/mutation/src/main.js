// @ts-check
/**
 * `npm run mutation -- [FILE…] [--write]`: mutates the files that promises rest on, or some of them, and prints what
 * their unit tests noticed. `--changed [--since REVISION]`: only lines that changed, for some minutes. `--seeded`: the
 * faults of faults.js. Exits with 1 where a mutant survived that is not in equivalents.js, where one that is there did
 * not, or where a fault was not found.
 */
import { parseArgs } from 'node:util';
import { changedLines, startOfWork } from './changed.js';
import { faults } from './faults.js';
import { files } from './files.js';
import { mutate } from './mutate.js';
import { writeScores } from './page.js';
import { findFault } from './seeded.js';

/** Percent of the mutants of changed lines. Their survivors need not be treated before the whole file is mutated. */
const changedGoal = 90;
/** `--changed` is part of CI; mutants that do not fit in are said to be left out. */
const longestChangedMs = 45_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    changed: { type: 'boolean', default: false },
    since: { type: 'string' },
    seeded: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((file) => !files.includes(file));
if (unknown.length > 0) {
  console.error(
    `${unknown.join(', ')}: not among the files of tools/mutation/src/files.js:\n${files.join('\n')}`,
  );
  process.exit(2);
}

// So that the test runners end as well.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

if (values.changed) await mutateChanges(values.since ?? startOfWork());
else if (!values.seeded) await mutateAll(positionals.length === 0 ? files : positionals);
// Nothing may have changed; the faults are tried all the same.
if (values.changed || values.seeded) await findFaults();

/** @param {readonly string[]} chosen */
async function mutateAll(chosen) {
  for (const file of chosen) {
    const score = await mutate({ file });
    print(score);
    if (values.write) await writeScores([score]);
    if (score.survivors.length > 0 || score.stale.size > 0) process.exitCode = 1;
  }
}

/** @param {string | undefined} since */
async function mutateChanges(since) {
  const changes = since === undefined ? files.map((file) => ({ file })) : changedLines(files, since);
  console.log(
    since === undefined
      ? 'This clone has no history, so every line counts as changed.'
      : `${changes.length} of ${files.length} files changed since ${since}.`,
  );
  const endsAt = Date.now() + longestChangedMs;
  let killed = 0;
  let tried = 0;
  for (const change of changes) {
    const leftMs = endsAt - Date.now();
    if (leftMs <= 0) {
      console.log(`${change.file}: left out, the time is over`);
      continue;
    }
    const score = await mutate({ ...change, longestMs: leftMs });
    print(score);
    killed += score.killed;
    tried += score.tried;
  }
  if (tried === 0) return;
  const percent = (100 * killed) / tried;
  console.log(
    `changed lines: ${percent.toFixed(1)} % of ${tried} mutants killed (at least ${changedGoal} %)`,
  );
  if (percent < changedGoal) process.exitCode = 1;
}

async function findFaults() {
  for (const fault of faults) {
    const found = await findFault(fault);
    if (found === undefined) process.exitCode = 1;
    console.log(
      found === undefined
        ? `${fault.name}: NOT FOUND`
        : `${fault.name}: found after ${found.seconds.toFixed(1)} s by "${found.test}"`,
    );
  }
}

/** @param {import('./mutate.js').Score} score */
function print(score) {
  const { file, planned, tried, killed, endless, survivors, equivalent, crashed, stale, percent, seconds } =
    score;
  for (const mutant of survivors) {
    const { mutator, line, code, becomes } = score.describe(mutant);
    const { start } = mutant.location;
    const outcome = mutant.status === 'NoCoverage' ? 'no test runs' : 'survived';
    console.log(
      `${file}:${start.line}:${start.column} ${outcome}: ${JSON.stringify({ mutator, line, code, becomes })}`,
    );
  }
  for (const { line, code, becomes } of stale) {
    console.log(`${file}: is in equivalents.js and did not survive: ${code} -> ${becomes} in ${line}`);
  }
  const left = planned - tried - equivalent - crashed;
  console.log(
    `${file}: ${tried + equivalent} mutants, ${killed} killed (${endless} did not end), ${survivors.length} survived, ` +
      `${equivalent} equivalent${crashed > 0 ? `, ${crashed} ended the runner` : ''}` +
      `${left > 0 ? `, ${left} left out` : ''}: ${percent.toFixed(1)} % in ${seconds.toFixed(0)} s`,
  );
}
