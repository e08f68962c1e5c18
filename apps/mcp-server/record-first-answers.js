// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** @import { FirstAnswers } from './src/first-answers.js' */

const file = 'dist/first-answers.json';

/** Every setting that the answers depend on, and its values; of those that mean the same, the usual one. */
const settings = {
  WEMASY_PERSONAL_DATA: ['', 'none', 'names', 'full'],
  WEMASY_READ_ONLY: ['', 'on'],
};
const protocolVersions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
/** Clients that show pages say so, and are offered one. */
const extensions = [{}, { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } }];
const methods = ['tools/list', 'resources/list', 'resources/templates/list', 'ping'];

/**
 * Asks the built server what every client asks first, under every circumstance that matters, and writes its answers
 * beside it. The same server then says the same without loading what it does not need for that.
 */
export async function recordFirstAnswers() {
  await rm(file, { force: true });
  /** @type {string[]} */
  const answers = [];
  const place = (/** @type {unknown} */ result) => {
    const text = JSON.stringify(result);
    return answers.includes(text) ? answers.indexOf(text) : answers.push(text) - 1;
  };
  /** @type {Record<string, number>} */
  const initialize = {};
  /** @type {Record<string, Record<string, number>>} */
  const lists = {};
  let asked = 0;
  for (const WEMASY_PERSONAL_DATA of settings.WEMASY_PERSONAL_DATA) {
    for (const WEMASY_READ_ONLY of settings.WEMASY_READ_ONLY) {
      const environment = { WEMASY_PERSONAL_DATA, WEMASY_READ_ONLY };
      for (const shown of extensions) {
        const version = protocolVersions[asked++ % protocolVersions.length] ?? '';
        const { greeting, results } = await ask(environment, version, shown);
        if (greeting.protocolVersion !== version) throw new Error(`the server does not speak ${version}`);
        if ((initialize[version] ??= place(greeting)) !== place(greeting))
          throw new Error('the answer to initialize depends on more than the version');
        lists[JSON.stringify([...Object.values(environment), shown])] = Object.fromEntries(
          methods.map((method, index) => [method, place(results[index])]),
        );
      }
    }
  }
  /** @type {FirstAnswers} */
  const recorded = { variables: Object.keys(settings), answers, initialize, lists };
  await writeFile(file, JSON.stringify(recorded));
}

/**
 * @param {Record<string, string>} environment
 * @param {string} protocolVersion
 * @param {object} shown
 */
async function ask(environment, protocolVersion, shown) {
  const server = spawn(process.execPath, ['dist/main.js'], {
    env: { ...environment, WEMASY_STATE: 'memory', WEMASY_LOG_LEVEL: 'error' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  const requests = [
    {
      method: 'initialize',
      params: {
        protocolVersion,
        capabilities: { extensions: shown },
        clientInfo: { name: 'build', version: '1.0.0' },
      },
    },
    ...methods.map((method) => ({ method })),
  ];
  const [greet, ...others] = requests.map(
    (request, id) => `${JSON.stringify({ jsonrpc: '2.0', id, ...request })}\n`,
  );
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  /** @type {{ protocolVersion?: string }[]} */
  const results = [];
  const hear = async () => {
    const { id, result } = JSON.parse((await lines.next()).value);
    if (result === undefined) throw new Error(`the server refused ${requests[id]?.method}`);
    results[id] = result;
  };
  server.stdin.write(greet ?? '');
  await hear();
  server.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  for (const line of others) server.stdin.write(line);
  while (results.filter(Boolean).length < requests.length) await hear();
  server.stdin.end();
  await exited;
  const [greeting, ...lists] = results;
  if (greeting === undefined) throw new Error('the server did not answer initialize');
  return { greeting, results: lists };
}
