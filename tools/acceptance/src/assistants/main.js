// @ts-check
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { countTokens } from 'gpt-tokenizer';
import { format } from 'prettier';
import { built } from '../start-process.js';
import { assistants } from './assistants.js';
import { connectionOf } from './connection.js';
import { startModelServer } from './model-server.js';

/**
 * Runs the assistants of the command line, in the versions that are pinned, against a model's API on loopback that lists
 * 50 orders and sends one, and writes into docs/clients.md what each of them gives to its model. They are connected by
 * the README's own lines. No account and no key is used.
 */
const run = promisify(execFile);
const page = fileURLToPath(new URL('../../../../docs/clients.md', import.meta.url));
const readme = await readFile(fileURLToPath(new URL('../../../../README.md', import.meta.url)), 'utf8');
const marker = {
  start: '<!-- assistants: written by `npm run judge:clients` -->',
  end: '<!-- /assistants -->',
};
const prompt = 'List 50 orders, then send order 2502 to SnelStart.';
const calls = [
  { tool: 'list_orders', input: { per_page: 50 } },
  { tool: 'sync_order', input: { order_id: 2502 } },
];

const folder = await mkdtemp(join(tmpdir(), 'wemasy-orders-assistants-'));
try {
  const packages = ['node@22.23.3', ...assistants.map((each) => `${each.package}@${each.version}`)];
  console.log(`Installing ${packages.join(', ')}`);
  const install = ['install', '--no-save', '--no-audit', '--no-fund', ...packages];
  await run('npm', install, { cwd: folder });
  const rows = [];
  for (const assistant of assistants) {
    const row = await judge(assistant).catch((error) => ({ fault: faultOf(error) }));
    console.log(`${assistant.name} ${assistant.version}: ${JSON.stringify(row)}`);
    if ('fault' in row) process.exitCode = 1;
    rows.push(rowOf(assistant, row));
  }
  const table = [
    '| Assistant | Model API | Tools of ours | Tokens of the tools | Model sees of 50 orders | Tokens of the orders |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split(marker.start);
  const after = rest?.split(marker.end)[1];
  if (after === undefined) throw new Error(`${page} needs the markers ${marker.start} and ${marker.end}`);
  const written = `${before}${marker.start}\n\n${table}\n\n${marker.end}${after}`;
  await writeFile(page, await format(written, { parser: 'markdown', printWidth: 110 }));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/**
 * @typedef {import('./assistants.js').Assistant} Assistant
 * @typedef {{ tools: string[], toolTokens: number, searched: boolean, sees: string, orderTokens: number }} Seen
 */

/** @param {Assistant} assistant @returns {Promise<Seen>} */
async function judge({ name, command, environment, prepare, args }) {
  const home = join(folder, `home-${command}`);
  const work = join(home, 'work');
  await mkdir(work, { recursive: true });
  const model = await startModelServer(calls);
  // Nothing of this process's environment: it may hold keys.
  const env = {
    PATH: `${join(folder, 'node_modules/.bin')}:${process.env['PATH']}`,
    HOME: home,
    TERM: 'xterm-256color',
    ...environment(model.origin),
  };
  const options = { cwd: work, env, timeout: 120_000 };
  try {
    const [program = '', ...connect] = connectionOf(readme, name, {
      home,
      server: [process.execPath, built.mcpServer, `--sandbox=${join(home, 'sandbox')}`],
    });
    await endInput(run(program, connect, options));
    for (const [path, content] of Object.entries(prepare?.(model.origin) ?? {})) {
      const file = join(home, path);
      const before = await readFile(file, 'utf8').catch(() => '{}');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify({ ...JSON.parse(before), ...content }));
    }
    const { stdout, stderr } = await endInput(run(command, args({ origin: model.origin, prompt }), options));
    const last = model.turns.findLast(({ results }) => results.length === calls.length);
    if (last === undefined) throw new Error(`made no calls: ${(stdout + stderr).slice(-300)}`);
    const [orders = '', sent = ''] = last.results;
    if (!/order 2502: synced|"outcome":"synced"/.test(sent)) throw new Error(`did not send: ${sent}`);
    const tools = last.tools.filter(({ name: tool }) => calls.some((call) => tool.endsWith(call.tool)));
    const channels = [
      ...(orders.includes('500 matching orders') ? ['text'] : []),
      ...(orders.includes('"columns":') ? ['structured'] : []),
    ];
    return {
      tools: tools.map((tool) => tool.name.replace('\0', '.')),
      toolTokens: countTokens(JSON.stringify(tools.map(({ definition }) => definition))),
      searched: model.searched(),
      sees: channels.length === 2 ? 'both' : (channels[0] ?? 'neither'),
      orderTokens: countTokens(orders),
    };
  } finally {
    model.close();
  }
}

/** @param {{ message: string, stderr?: string }} error @returns {string} the last line that says something */
function faultOf({ message, stderr = '' }) {
  return (stderr.trim() || message).split('\n').at(-1)?.slice(0, 200) ?? message;
}

/** @param {import('node:child_process').PromiseWithChild<{ stdout: string, stderr: string }>} running */
function endInput(running) {
  running.child.stdin?.end();
  return running;
}

/** @param {Assistant} assistant @param {Seen | { fault: string }} row */
function rowOf({ name, version, api }, row) {
  const cells =
    'fault' in row
      ? [`not run: ${row.fault}`, '', '', '']
      : [
          `${row.tools.map((tool) => `\`${tool}\``).join(', ')}${row.searched ? ', once searched for' : ''}`,
          row.toolTokens.toLocaleString('en'),
          row.sees,
          row.orderTokens.toLocaleString('en'),
        ];
  return `| ${[`${name} ${version}`, api, ...cells].join(' | ')} |`;
}
