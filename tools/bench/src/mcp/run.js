// @ts-check
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { circumstances, table, writeSection } from '../page.js';
import { measureListCalls } from './list-call.js';
import { bytesIn, install, publicServers } from './public-server.js';
import { emptyProcessOnce, median, startOnce } from './start-up.js';

/** @import { ServerCommand } from './session.js' */

const built = fileURLToPath(new URL('../../../../apps/mcp-server/dist/main.js', import.meta.url));

/** Bounds that the figures are held to. */
const bounds = { startUp: 1.6, memory: 65 };

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {ServerCommand} server
 * @property {number} bytes installed
 * @property {number} packages installed
 */

/**
 * Our MCP server and public ones in turn: how soon they have listed their tools, and how much memory they hold by then.
 *
 * @param {{ quick: boolean }} options quick: a few rounds; writes no page
 */
export async function run({ quick }) {
  const contestants = [...ours(), ...fetched()];
  const rounds = quick ? 3 : 25;
  const empty = [];
  const starts = new Map(contestants.map(({ name }) => [name, /** @type {Start[]} */ ([])]));
  for (let round = 0; round < rounds; round += 1) {
    const emptyMs = await emptyProcessOnce();
    empty.push(emptyMs);
    for (const { name, server } of contestants) {
      const start = await startOnce(server);
      starts.get(name)?.push({ ...start, ratio: start.tookMs / emptyMs });
    }
  }
  const rows = contestants.map((contestant) => rowOf(contestant, starts.get(contestant.name) ?? []));
  const calls = await measureListCalls(built, quick ? 10 : 100);
  const facts = factsOf(calls);
  const emptyText = `An empty process takes ${median(empty).toFixed(0)} ms.`;
  console.log(emptyText);
  for (const row of [head, ...rows, ...facts]) console.log(row.join('  '));
  const kept = configurations.every(({ name }) => {
    const each = starts.get(name) ?? [];
    return (
      median(each.map(({ ratio }) => ratio)) <= bounds.startUp &&
      median(each.map(({ peak }) => peak)) <= bounds.memory
    );
  });
  console.log(
    `${kept ? 'Kept' : 'NOT kept'}: start-up ≤ ${bounds.startUp} × an empty process, memory ≤ ${bounds.memory} MB.`,
  );
  if (!quick) await writeSection('MCP server', report(rows, facts, { rounds, emptyText }));
}

/** @typedef {Awaited<ReturnType<typeof startOnce>> & { ratio: number }} Start */

/**
 * The ways in which the documentation starts our server; all of them are held to the bounds.
 *
 * @type {readonly { name: string, args: readonly string[], environment?: Record<string, string> }[]}
 */
const configurations = [
  { name: '**ours**', args: [] },
  { name: 'ours, `--sandbox`', args: ['--sandbox'] },
  { name: 'ours, `--read-only`', args: ['--read-only'] },
  { name: 'ours, `--personal-data none`', args: ['--personal-data', 'none'] },
  {
    name: 'ours, `--api-token-file`',
    args: ['--api-token-file', '/nowhere'],
    environment: { WEMASY_API_TOKEN: '' },
  },
];

/** @returns {Contestant[]} */
function ours() {
  const environment = { WEMASY_API_TOKEN: 'none', WEMASY_STATE: 'memory' };
  const server = { command: process.execPath, args: [built], environment };
  const installed = { bytes: bytesIn(dirname(built)), packages: 1 };
  return [
    ...configurations.map(({ name, args, environment: more = {} }) => ({
      name,
      server: { ...server, args: [built, ...args], environment: { ...environment, ...more } },
      ...installed,
    })),
    // The build records no answers for this revision, so that the whole server is loaded as for a first call.
    {
      name: 'ours, the whole server loaded',
      server: { ...server, protocolVersion: '2024-10-07' },
      ...installed,
    },
  ];
}

/** @returns {Contestant[]} */
function fetched() {
  return publicServers.map((each) => {
    const { args, ...installed } = install(each);
    return {
      name: `${each.name} ${each.version}`,
      server: { command: process.execPath, args },
      ...installed,
    };
  });
}

const head = [
  'Server',
  '× an empty process',
  'Median, least (ms)',
  'Memory (MB)',
  'Tools',
  'Tokens of tools/list',
  'Packages',
  'Installed (MB)',
];

/** @param {Contestant} contestant @param {readonly Start[]} starts */
function rowOf({ name, bytes, packages }, starts) {
  const times = starts.map(({ tookMs }) => tookMs);
  const tools = starts[0]?.tools ?? [];
  return [
    name,
    median(starts.map(({ ratio }) => ratio)).toFixed(2),
    `${median(times).toFixed(0)}, ${Math.min(...times).toFixed(0)}`,
    median(starts.map(({ peak }) => peak)).toFixed(1),
    String(tools.length),
    String(encode(JSON.stringify(tools)).length),
    String(packages),
    (bytes / 1e6).toFixed(1),
  ];
}

/** @param {Awaited<ReturnType<typeof measureListCalls>>} calls */
function factsOf({ first, pairs, memory, answer }) {
  const through = median(pairs.map((pair) => pair.through));
  const without = median(pairs.map((pair) => pair.without));
  const text = encode(answer.content?.[0]?.text ?? '').length;
  const structured = encode(JSON.stringify(answer.structuredContent)).length;
  return [
    ['First call, which loads the server and its HTTP client', `${first.toFixed(0)} ms`],
    ['Later call', `${through.toFixed(1)} ms`],
    ['The same request directly to the API', `${without.toFixed(1)} ms`],
    [
      'Median of the differences',
      `${median(pairs.map((pair) => pair.through - pair.without)).toFixed(1)} ms`,
    ],
    ['Tokens of the answer: text, structured content, sum', `${text}, ${structured}, ${text + structured}`],
    ['Peak memory after all calls', `${memory.peak.toFixed(1)} MB`],
  ];
}

/**
 * @param {string[][]} rows
 * @param {string[][]} facts
 * @param {{ rounds: number, emptyText: string }} run
 */
function report(rows, facts, { rounds, emptyText }) {
  return `\`npm run bench -- mcp\`, ${circumstances()}

Time from spawning the process to the answer to \`tools/list\` over stdio, handshake included. Each of ${rounds} rounds ran an
empty process (\`node -e 0\`, to its end) and then every server once; the factor is the median over the rounds.
${emptyText} Memory is the peak resident size (VmHWM, in 10^6 bytes), read 0.3 s after the answer. Tokens are counted with
o200k_base. \`${join('dist', basename(built))}\` runs as built, the others as installed by npm. Source maps are not counted.

${table(head, rows)}

Ours is limited to ${bounds.startUp} × and ${bounds.memory} MB. A list of 50 orders of the sandbox:

${table(['What', 'Figure'], facts)}
`;
}
