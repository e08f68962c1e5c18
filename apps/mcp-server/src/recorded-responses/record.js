// @ts-check
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** @import { RecordedResponses } from './recorded-responses.js' */

const file = 'dist/recorded-responses.json';

/** Every setting that the responses depend on, and its values; of those that mean the same, the usual one. */
const settings = {
  WEMASY_PERSONAL_DATA: ['', 'none', 'names', 'full'],
  WEMASY_READ_ONLY: ['', 'on'],
};
/** Protocol versions by the way in which a client says who it is: with `initialize`, or with each request. */
const ways = [
  { versions: ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'], ask: askAfterInitialize },
  { versions: ['2026-07-28'], ask: askWithEnvelope },
];
/** Clients that show pages declare it, and are offered one. */
const extensions = [{}, { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } }];
const lists = ['tools/list', 'resources/list', 'resources/templates/list'];
const clientInfo = { name: 'build', version: '1.0.0' };

/**
 * Sends the built server what every client sends first, in every variant that matters, and writes its results beside it.
 * The same server then answers the same without loading what it does not need for that.
 */
export async function recordResponses() {
  await rm(file, { force: true });
  const members = createTable();
  const elements = createTable();
  const placesOf = (/** @type {object} */ result) =>
    Object.entries(result).map(([name, value]) =>
      members.placeOf(Array.isArray(value) ? [name, null, value.map(elements.placeOf)] : [name, value]),
    );
  /** @type {Record<string, Record<string, Record<string, number[]>>>} */
  const variants = {};
  for (const WEMASY_PERSONAL_DATA of settings.WEMASY_PERSONAL_DATA) {
    for (const WEMASY_READ_ONLY of settings.WEMASY_READ_ONLY) {
      const environment = { WEMASY_PERSONAL_DATA, WEMASY_READ_ONLY };
      for (const { versions, ask } of ways) {
        const server = start(environment);
        for (const shown of extensions) {
          const variant = JSON.stringify([...Object.values(environment), shown]);
          const byVersion = (variants[variant] ??= {});
          for (const version of versions) {
            const results = Object.entries(await ask(server, version, { extensions: shown }));
            byVersion[version] = Object.fromEntries(
              results.map(([method, result]) => [method, placesOf(result)]),
            );
          }
        }
        await server.end();
      }
    }
  }
  /** @type {RecordedResponses} */
  const recorded = {
    variables: Object.keys(settings),
    flags: await readFlags(),
    members: members.values(),
    elements: elements.values(),
    results: variants,
  };
  await writeFile(file, JSON.stringify(recorded));
}

/** Values, each once. */
function createTable() {
  /** @type {Map<string, number>} */
  const places = new Map();
  return {
    /** @param {unknown} value */
    placeOf(value) {
      const text = JSON.stringify(value);
      const place = places.get(text) ?? places.size;
      places.set(text, place);
      return place;
    },
    values: () => [...places.keys()].map((text) => JSON.parse(text)),
  };
}

/** The flags of settings, as the built server's `--help` lists them. */
async function readFlags() {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/main.js', '--help']);
  const flags = [...stdout.matchAll(/^ {2}WEMASY_\w+, --([a-z-]+)( <value>)?$/gm)];
  if (flags.length === 0) throw new Error('--help lists no flags');
  return flags.map(([, flag = '', value]) => ({ flag, takesValue: value !== undefined }));
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
 * A server takes a further `initialize` for the first one.
 *
 * @param {ReturnType<typeof start>} server
 * @param {string} protocolVersion
 * @param {object} capabilities
 */
async function askAfterInitialize(server, protocolVersion, capabilities) {
  const initialize = await server.request('initialize', { protocolVersion, capabilities, clientInfo });
  if (initialize.protocolVersion !== protocolVersion) {
    throw new Error(`the server does not speak ${protocolVersion}`);
  }
  server.notify('notifications/initialized');
  /** @type {Record<string, object>} */
  const results = { initialize };
  for (const method of [...lists, 'ping']) results[method] = await server.request(method);
  return results;
}

/**
 * @param {ReturnType<typeof start>} server
 * @param {string} protocolVersion
 * @param {object} capabilities
 */
async function askWithEnvelope(server, protocolVersion, capabilities) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': protocolVersion,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/clientInfo': clientInfo,
  };
  /** @type {Record<string, object>} */
  const results = {};
  for (const method of ['server/discover', ...lists])
    results[method] = await server.request(method, { _meta });
  return results;
}
