// @ts-check
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describeInBrowser } from '@wemasy-orders/browser-testing';
import { orderPage } from '@wemasy-orders/client/testing';
import { freePort } from '@wemasy-orders/state/testing';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

// The built client runs where Node does not: nothing in its main entry needs it.

const run = promisify(execFile);
const token = 'canary-token-5f2a';
const client = createRequire(import.meta.url).resolve('@wemasy-orders/client/package.json');

/**
 * What each runtime does: it lists, sends, and meets a wrong token.
 *
 * @param {string} baseUrl
 */
const scenario = (baseUrl) => `
import { createOrdersClient, isOrdersError } from '@wemasy-orders/client';
export async function scenario() {
  const client = createOrdersClient({ token: '${token}', baseUrl: '${baseUrl}' });
  const ids = [];
  for await (const { id } of client.listAll({ status: 'paid' })) ids.push(id);
  const { data, response } = await client.sync(7).withResponse();
  await client.close();
  const stranger = createOrdersClient({ token: async () => 'a-wrong-token', baseUrl: '${baseUrl}' });
  const code = await stranger.list().catch((error) => (isOrdersError(error) ? error.code : String(error)));
  return JSON.stringify({ ids, message: data.message, status: response.status, code });
}
`;
const expected = { ids: [1, 2, 3], message: 'Order synced.', status: 200, code: 'authentication_failed' };

/** @type {import('node:http').Server} */
let api;
/** @type {string} */
let folder;
/** @type {string} */
let baseUrl;
let bundles = 0;
/** User agents of the requests so far. @type {Set<string>} */
const userAgents = new Set();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runtimes-'));
  api = createServer((request, response) => {
    // A page of another origin asks first.
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*, authorization' };
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end();
    if (request.url === '/') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    userAgents.add(String(request.headers['user-agent']));
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    const body = !isKnown
      ? { error: true, message: 'Unauthenticated.' }
      : request.url?.includes('/all')
        ? orderPage([{ id: 1 }, { id: 2 }, { id: 3 }])
        : { error: false, message: 'Order synced.', data: [] };
    request.resume();
    response.writeHead(isKnown ? 200 : 401, { ...cors, 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise((resolve) => api.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = api.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  baseUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  api.closeAllConnections();
  api.close();
  await rm(folder, { recursive: true, force: true });
});

/**
 * The built packages in one file, as a bundler for browsers makes it: an import of Node fails the build.
 *
 * @param {string} source what runs after the scenario
 * @returns {Promise<string>} path of the file
 */
async function bundled(source) {
  const file = join(folder, `${(bundles += 1)}.mjs`);
  await build({
    stdin: { contents: scenario(baseUrl) + source, resolveDir: dirname(client) },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    outfile: file,
    logLevel: 'silent',
  });
  return file;
}

const printed = 'console.log(await scenario());';

it('runs in Bun', async () => {
  const file = await bundled(printed);
  const { stdout } = await run('npx', ['-y', 'bun@1.4.5', 'run', file]);
  expect(JSON.parse(stdout)).toEqual(expected);
});

it('runs in Deno, with no more than the network', async () => {
  const file = await bundled(printed);
  const { stdout } = await run('npx', ['-y', 'deno@2.9.6', 'run', '--allow-net=127.0.0.1', file]);
  expect(JSON.parse(stdout)).toEqual(expected);
});

it('runs in a Worker (workerd)', async () => {
  const file = await bundled(
    'export default { fetch: async () => new Response(await scenario().catch((error) => error.stack)) };',
  );
  const port = await freePort();
  await writeFile(
    join(folder, 'worker.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "main", esModule = embed ${JSON.stringify(basename(file))})],
      compatibilityDate = "2026-11-01",
      globalOutbound = "any",
    )),
    (name = "any", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`,
  );
  const stop = new AbortController();
  const worker = run('npx', ['-y', 'workerd@1.20261117.1', 'serve', 'worker.capnp'], {
    cwd: folder,
    signal: stop.signal,
  });
  const ended = worker.catch((error) => error);
  try {
    expect(JSON.parse(await answerOf(port, ended))).toEqual(expected);
  } finally {
    stop.abort();
    await ended;
  }
});

describeInBrowser('a page', (open) => {
  it('runs in Chromium, which names itself', async () => {
    userAgents.clear();
    const code = await readFile(await bundled('globalThis.outcome = await scenario();'), 'utf8');
    const visit = await open(`${baseUrl}/`);
    await visit.page.addScriptTag({ type: 'module', content: code });
    const outcome = await visit.page.waitForFunction('globalThis.outcome');
    expect(JSON.parse(String(await outcome.jsonValue()))).toEqual(expected);
    expect([...userAgents].join()).toMatch(/^Mozilla\//);
    await visit.page.close();
  });
});

/**
 * The answer of a server that is about to start.
 *
 * @param {number} port
 * @param {Promise<unknown>} ended settles when the server has
 * @returns {Promise<string>}
 */
async function answerOf(port, ended) {
  for (;;) {
    try {
      return await (await fetch(`http://127.0.0.1:${port}/`)).text();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    const gone = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))]);
    if (gone !== undefined) throw gone;
  }
}
