// @ts-check
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProcess } from '@wemasy-orders/acceptance/start-process';
import { readDocument } from '../src/document/read.js';
import { referenceName } from '../src/document/schema.js';
import { codegenOf } from '../src/nx/project.js';
import { unserved } from './support/unserved.js';
import { workspaceRoot } from '@wemasy-orders/workspace/workspace-copy';
import { output } from './support/output.js';
import { startServer } from './support/server.js';

/** @import { SchemaNode } from '../src/document/openapi.js' */

const read = (/** @type {string} */ path) => readFile(join(workspaceRoot, path), 'utf8');
const codegen =
  codegenOf(await read('libs/client/package.json'), 'libs/client') ??
  expect.fail('the client generates code');
const api = readDocument(await read(codegen.documentPath), codegen);
const built = (/** @type {string} */ app) => join(workspaceRoot, 'apps', app, 'dist/main.js');
const list =
  api.operations.find(({ operationId }) => operationId === 'listOrders') ??
  expect.fail('the document has no list of orders');

/** @type {Awaited<ReturnType<typeof startProcess>>} */
let sandbox;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
beforeAll(async () => {
  sandbox = await startProcess(built('sandbox'), ['--port', '0', '--window-seconds', '1']);
  server = await startServer(built('mcp-server'), {
    WEMASY_API_URL: sandbox.url,
    WEMASY_API_TOKEN: 'sandbox-full-access',
    WEMASY_STATE: 'memory',
    WEMASY_PERSONAL_DATA: 'full',
    WEMASY_LOG_LEVEL: 'silent',
    WEMASY_RATE_LIMITS: `listOrders=${list.rateLimit.limit}/1`,
  });
});
afterAll(async () => {
  await server.end();
  await sandbox.stop();
});

it('the built apps serve what the document declares, and nothing else', async () => {
  const { tools } = await server.request('tools/list', {});
  const columns =
    tools.find(({ name }) => name === 'list_orders')?.inputSchema.properties['fields']?.items.enum ?? [];
  const readings = api.operations.filter(({ tool }) => tool?.annotations.readOnlyHint);
  expect(
    unserved(
      api,
      {
        tools: tools.map(({ name, inputSchema }) => ({
          name,
          arguments: Object.keys(inputSchema.properties),
        })),
        columns,
        filled: await filledColumns(columns),
        statuses: Object.fromEntries(
          await Promise.all(
            api.operations.map(async ({ operationId, method, path }) => [
              operationId,
              (await send(method, path)).status,
            ]),
          ),
        ),
        filters: Object.fromEntries(
          await Promise.all(
            list.arguments.map(async (argument) => [argument.name, await effectOf(argument)]),
          ),
        ),
        listFlags: await flagsOf('list'),
        callFlags: Object.fromEntries(
          await Promise.all(
            readings.map(async ({ operationId }) => [operationId, await flagsOf('call', operationId)]),
          ),
        ),
      },
      codegen.reserved,
    ),
  ).toEqual([]);
});

/** The columns that have a value in some order of the sandbox. @param {readonly string[]} columns */
async function filledColumns(columns) {
  const filled = new Set();
  const { maximum = 100 } = list.arguments.find(({ name }) => name === 'per_page')?.schema ?? {};
  const perPage = Math.min(100, maximum);
  for (let page = 1; page <= 500 / perPage && filled.size < columns.length; page += 1) {
    const args = { page, per_page: perPage, fields: columns };
    const result = await server.request('tools/call', { name: 'list_orders', arguments: args });
    const { columns: shown, rows, constant = {} } = result.structuredContent;
    const cells = rows.flatMap((row) => row.map((value, at) => /** @type {const} */ ([shown[at], value])));
    for (const [name, value] of [...Object.entries(constant), ...cells]) {
      if (value !== null && value !== '') filled.add(name);
    }
  }
  return [...filled];
}

/**
 * What an argument of the list does at the sandbox: some value of it changes the answer, is refused by name, or none does.
 *
 * @param {import('../src/document/arguments.js').ArgumentDescription} argument
 */
async function effectOf({ in: place, field, name, schema }) {
  const plain = JSON.stringify((await send('POST', list.path)).body);
  for (const value of valuesOf(schema)) {
    const given = { [field ?? name]: value };
    const query =
      place === 'query' ? `?${new URLSearchParams(/** @type {Record<string, string>} */ (given))}` : '';
    const { status, body } = await send('POST', list.path + query, {
      body: place === 'body' ? given : {},
      headers: place === 'header' ? given : {},
    });
    if (status === 501) return 'refused';
    if (status === 200 && JSON.stringify(body) !== plain) return 'applied';
  }
  return 'ignored';
}

/** Values to try. @param {SchemaNode} schema @returns {unknown[]} */
function valuesOf({ $ref, anyOf = [], enum: listed, type, examples = [], items }) {
  if ($ref !== undefined) return valuesOf(api.schemas[referenceName($ref)] ?? {});
  if (listed !== undefined) return listed;
  const types = [type ?? []].flat();
  return [
    ...examples,
    ...anyOf.flatMap(valuesOf),
    ...(types.includes('integer') || types.includes('number') ? [2, 11] : []),
    ...(types.includes('boolean') ? [true, false] : []),
    ...(types.includes('string') ? ['nothing is called that'] : []),
    ...(types.includes('array') && items !== undefined ? valuesOf(items).map((value) => [value]) : []),
  ];
}

/** The flags in the help of a command. @param {readonly string[]} command */
async function flagsOf(...command) {
  const help = await output(process.execPath, [built('cli'), ...command, '--help']);
  return [...help.matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm)].map(([, flag]) => String(flag));
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{ body?: object, headers?: object }} [request]
 */
async function send(method, path, { body = {}, headers = {} } = {}) {
  for (;;) {
    const response = await fetch(sandbox.url + path, {
      method,
      headers: {
        Authorization: 'Bearer sandbox-full-access',
        Accept: 'application/json',
        'Content-Type': 'application/json',
        ...headers,
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== 429) {
      return {
        status: response.status,
        body: /** @type {unknown} */ (text === '' ? undefined : JSON.parse(text)),
      };
    }
    // The window of one second is used up.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
