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
  /** @type {Record<string, Record<string, number>>} */
  const places = {};
  for (const WEMASY_PERSONAL_DATA of settings.WEMASY_PERSONAL_DATA) {
    for (const WEMASY_READ_ONLY of settings.WEMASY_READ_ONLY) {
      const environment = { WEMASY_PERSONAL_DATA, WEMASY_READ_ONLY };
      const server = start(environment);
      for (const protocolVersion of protocolVersions) {
        for (const shown of extensions) {
          const results = await ask(server, protocolVersion, shown);
          places[JSON.stringify([...Object.values(environment), protocolVersion, shown])] =
            Object.fromEntries(Object.entries(results).map(([method, result]) => [method, place(result)]));
        }
      }
      await server.end();
    }
  }
  /** @type {FirstAnswers} */
  const recorded = { variables: Object.keys(settings), answers, places };
  await writeFile(file, JSON.stringify(recorded));
}

/** @param {Record<string, string>} environment */
function start(environment) {
  const server = spawn(process.execPath, ['dist/main.js'], {
    env: { ...environment, WEMASY_STATE: 'memory', WEMASY_LOG_LEVEL: 'error' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const send = (/** @type {object} */ message) =>
    server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  return {
    /** @param {string} method @param {object} [params] */
    async request(method, params) {
      send({ id: 1, method, params });
      const { result } = JSON.parse((await lines.next()).value);
      if (result === undefined) throw new Error(`the server refused ${method}`);
      return result;
    },
    /** @param {string} method */
    notify(method) {
      send({ method });
    },
    async end() {
      server.stdin.end();
      await exited;
    },
  };
}

/**
 * Greets the server as a client of that version and asks it for everything; it takes a further greeting for the first.
 *
 * @param {ReturnType<typeof start>} server
 * @param {string} protocolVersion
 * @param {object} shown
 */
async function ask(server, protocolVersion, shown) {
  const greeting = await server.request('initialize', {
    protocolVersion,
    capabilities: { extensions: shown },
    clientInfo: { name: 'build', version: '1.0.0' },
  });
  if (greeting.protocolVersion !== protocolVersion)
    throw new Error(`the server does not speak ${protocolVersion}`);
  server.notify('notifications/initialized');
  /** @type {Record<string, unknown>} */
  const results = { initialize: greeting };
  for (const method of methods) results[method] = await server.request(method);
  return results;
}
