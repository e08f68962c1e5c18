// @ts-check
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { circumstances, table, writeSection } from '../page.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')));

/**
 * @typedef {object} Result
 * @property {string} fullName
 * @property {string} status
 * @property {number} duration ms
 * @property {{ explored?: Explored, exploredStates?: { states: number, moments: number } }} meta
 * @typedef {{ schedules: number, steps: number, states: number, disturbances: number | 'any' }} Explored
 */

/**
 * Explores more schedules of the journal and the limiter than their tests do, and writes down how many.
 *
 * @param {{ quick: boolean }} options quick: as many as the tests do, and no page
 */
export async function run({ quick }) {
  const journal = explore(
    'libs/order-sync',
    ['--mode', 'rehearsal', 'e2e/interleavings.rehearsal.ts'],
    quick,
  );
  const limiter = explore('libs/rate-limit', ['src/exploration.test.ts'], quick);
  const journalRows = journal.flatMap(({ fullName, duration, meta: { explored } }) =>
    explored === undefined
      ? []
      : [
          [
            fullName,
            String(explored.disturbances),
            count(explored.schedules),
            count(explored.steps),
            explored.states === 0 ? '' : count(explored.states),
            seconds(duration),
          ],
        ],
  );
  const limiterRows = limiter.flatMap(({ fullName, duration, meta: { exploredStates } }) =>
    exploredStates === undefined
      ? []
      : [[fullName, String(exploredStates.moments), count(exploredStates.states), seconds(duration)]],
  );
  if (quick) return;
  await writeSection(
    'Interleavings',
    `\`npm run bench -- interleavings\`, ${circumstances()} With other work on the machine.

The explorer runs the real \`OrderSync\` and the real reducers, and owns every update of the store, request, answer, timer,
cancel and crash. It tries every schedule with at most so many disturbances, to its end; a state that was reached before is
not explored again. Nothing was found: no request was sent again without \`resend\` or certainty, none was called synced that
is not in the books, no call was left without an end, and no answer differs from the journal without saying so.

${table(['Two senders of one order, and a person who confirms', 'Disturbances', 'Schedules', 'Steps', 'States', 'Seconds'], journalRows)}

Three processes, a limit of two calls, and a server that counts in windows. Time moves on at most so often, to any moment at
which something changes:

${table(['Limiter', 'Moments', 'States', 'Seconds'], limiterRows)}`,
  );
}

/**
 * @param {string} project
 * @param {readonly string[]} tests
 * @param {boolean} quick
 * @returns {Result[]}
 */
function explore(project, tests, quick) {
  const folder = mkdtempSync(join(tmpdir(), 'interleavings-'));
  try {
    const report = join(folder, 'report.json');
    execFileSync(
      process.execPath,
      [
        vitest,
        'run',
        '--root',
        project,
        ...tests,
        '--reporter',
        'default',
        '--reporter',
        'json',
        `--outputFile.json=${report}`,
      ],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, CI: '', EXPLORE: quick ? 'usual' : 'more' },
      },
    );
    return JSON.parse(readFileSync(report, 'utf8')).testResults[0].assertionResults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {number} n */
function count(n) {
  return n.toLocaleString('en-US');
}

/** @param {number} ms */
function seconds(ms) {
  return (ms / 1000).toFixed(0);
}
