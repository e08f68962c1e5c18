import { circumstances, readSection, table, writeSection } from '@wemasy-orders/bench/page';

const title = 'Mutation testing';
const head = ['File', 'Mutants', 'Killed', 'Survived', 'Equivalent', 'Score', 'Seconds', 'Date'];

/**
 * Puts scores into docs/benchmarks.md; those of other files stay.
 *
 * @param {readonly import('./mutate.js').Score[]} scores
 */
export async function writeScores(scores) {
  const rows = new Map(
    readSection(title)
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
  for (const { file, tried, killed, survivors, ignored, percent, seconds } of scores) {
    const figures = [tried, killed, survivors.length, ignored, `${percent.toFixed(1)} %`, seconds.toFixed(0)];
    rows.set(`\`${file}\``, [`\`${file}\``, ...figures.map(String), date]);
  }
  const sorted = [...rows.values()].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  await writeSection(
    title,
    `\`npm run mutation -- --write\`, ${circumstances()}

Stryker changes one thing in a file and runs the unit tests of that file, which \`tools/mutation/src/files.js\` names. A
mutant that makes a test fail, or never end, is killed. Equivalent mutants are named in the source with the reason; they do
not count. The goal is 97 % in each file. Seconds are those of a machine with other work.

${table(head, sorted)}`,
  );
}
