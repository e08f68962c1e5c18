import { circumstances, table, writeSection } from '@wemasy-orders/bench/page';

const title = 'Mutation testing';
const head = [
  'File',
  'Mutants',
  'Killed',
  'Did not end',
  'Equivalent',
  'Survived',
  'Score',
  'Seconds',
  'Date',
];

/**
 * Puts scores into docs/benchmarks.md; those of other files stay.
 *
 * @param {readonly import('./mutate.js').Score[]} scores
 */
export async function writeScores(scores) {
  await writeSection(title, (last) => sectionOf(rowsWith(scores, last)));
}

/** @param {readonly import('./mutate.js').Score[]} scores @param {string} last version of the section */
function rowsWith(scores, last) {
  const rows = new Map(
    last
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
      .map((cells) => [cells[0], cells]),
  );
  const date = new Date().toISOString().slice(0, 10);
  for (const { file, tried, killed, endless, equivalent, survivors, percent, seconds } of scores) {
    const mutants = tried + equivalent;
    const score = `${percent.toFixed(1)} %`;
    const figures = [mutants, killed, endless, equivalent, survivors.length, score, seconds.toFixed(0)];
    rows.set(`\`${file}\``, [`\`${file}\``, ...figures.map(String), date]);
  }
  return [...rows.values()].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

/** @param {readonly (readonly string[])[]} rows */
function sectionOf(rows) {
  return `\`npm run mutation -- --write\`, ${circumstances()}

Stryker changes one thing in a file and runs the unit tests of that file, which \`tools/mutation/src/files.js\` names. A
mutant that makes a test fail, or keeps its tests from ending, is killed. No test can notice an equivalent mutant:
\`tools/mutation/src/equivalents.js\` lists them with the reason, and the command fails where another one survives, or one of
these does not. Seconds are those of a machine with other work.

${table(head, rows)}`;
}
