// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from '../src/document.js';
import { codegenOf } from '../src/project.js';
import { answerFields } from '../src/answer-fields.js';
import { workspaceRoot } from '@wemasy-orders/workspace/workspace-copy';
import { output } from './support/output.js';
import { startServer } from './support/server.js';

/** @import { AnswerField } from '../src/answer-fields.js' */
/** @import { OperationDescription } from '../src/document.js' */

// Whatever the document declares is served by the built apps, and the other way round.

const read = (/** @type {string} */ path) => readFile(join(workspaceRoot, path), 'utf8');
const codegen =
  codegenOf(await read('libs/client/package.json'), 'libs/client') ??
  expect.fail('the client generates code');
const api = readDocument(await read(codegen.documentPath), codegen);
const built = (/** @type {string} */ app) => join(workspaceRoot, 'apps', app, 'dist/main.js');
const tools = api.operations.filter(({ tool }) => tool !== undefined);

/** Names of all arguments of an operation. @param {OperationDescription} operation */
const inputsOf = (operation) => operation.arguments.map(({ name }) => name);

/** @type {import('node:child_process').ChildProcess} */
let sandbox;
/** @type {string} */
let apiUrl;
/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
beforeAll(async () => {
  sandbox = spawn(process.execPath, [built('sandbox'), '--port', '0', '--window-seconds', '1'], {
    stdio: 'pipe',
  });
  if (sandbox.stdout === null) throw new Error('stdout is piped');
  const [line] = await once(createInterface({ input: sandbox.stdout }), 'line');
  apiUrl = String(line).replace(/^.* on /, '');
  server = await startServer(built('mcp-server'), {
    WEMASY_API_URL: apiUrl,
    WEMASY_API_TOKEN: 'sandbox-full-access',
    WEMASY_STATE: 'memory',
    WEMASY_PERSONAL_DATA: 'full',
    WEMASY_LOG_LEVEL: 'silent',
    WEMASY_RATE_LIMITS: 'listOrders=60/1',
  });
});
afterAll(async () => {
  await server.end();
  sandbox.kill();
});

describe('the MCP server', () => {
  it('has exactly the tools of the document, each once', async () => {
    const { tools: listed } = await server.request('tools/list', {});
    const names = listed.map(({ name }) => name);
    expect(names.toSorted()).toEqual(tools.map(({ tool }) => tool?.name).toSorted());
  });

  it.each(tools)(
    '$tool.name takes what the document says, and beyond it only names that the document cannot use',
    async (operation) => {
      const { tools: listed } = await server.request('tools/list', {});
      const name = String(operation.tool?.name);
      const { inputSchema } =
        listed.find((each) => each.name === name) ?? expect.fail(`${name} is not listed`);
      const taken = Object.keys(inputSchema.properties);
      expect(inputsOf(operation).filter((each) => !taken.includes(each))).toEqual([]);
      const own = taken.filter((each) => !inputsOf(operation).includes(each));
      expect(own.filter((each) => !codegen.reserved.includes(each))).toEqual([]);
    },
  );

  it('shows every field of an order that is not secret, and every column has a value in some order', async () => {
    const list = api.operations.find(({ operationId }) => operationId === 'listOrders');
    const schema = String(list?.answers.find(({ status }) => status === '200')?.schema);
    const order = answerFields(api, [schema], 'listOrders').fields?.['data']?.fields?.['data']?.items;
    const { tools: listed } = await server.request('tools/list', {});
    const tool = listed.find(({ name }) => name === 'list_orders');
    const columns =
      tool?.inputSchema.properties['fields']?.items.enum ?? expect.fail('no columns are listed');
    // `customer` is derived from several fields.
    const served = columns.filter((name) => name !== 'customer');
    const paths = shownPaths(order ?? expect.fail('the answer has no orders'));
    const isOf = (/** @type {string} */ name, /** @type {string} */ path) =>
      path === name || path.endsWith(`.${name}`);
    expect(served.filter((name) => !paths.some((path) => isOf(name, path)))).toEqual([]);
    expect(paths.filter((path) => !served.some((name) => isOf(name, path)))).toEqual([]);

    const empty = new Set(columns);
    for (let page = 1; page <= 5 && empty.size > 0; page += 1) {
      const args = { page, per_page: 100, fields: columns };
      const result = await server.request('tools/call', { name: 'list_orders', arguments: args });
      const { columns: shown, rows, constant = {} } = result.structuredContent;
      for (const [name, value] of Object.entries(constant))
        if (value !== null && value !== '') empty.delete(name);
      for (const row of rows) {
        for (const [index, value] of row.entries())
          if (value !== null && value !== '') empty.delete(shown[index] ?? '');
      }
    }
    expect([...empty]).toEqual([]);
  });
});

describe('the sandbox', () => {
  it.each(api.operations)('serves $operationId', async ({ method, path }) => {
    const { status } = await call(method, path, {});
    expect([200, 422]).toContain(status);
  });

  it('applies every filter and sort key of the list', async () => {
    const list = api.operations.find(({ operationId }) => operationId === 'listOrders');
    if (list === undefined) throw new Error('there is no list');
    const { ListOrdersRequest, OrderSortKey } = api.schemas;
    const sortKeys = OrderSortKey?.enum ?? [];
    expect(sortKeys.length).toBeGreaterThan(0);
    for (const sortKey of sortKeys)
      expect(await call('POST', list.path, { sortKey })).toMatchObject({ status: 200 });
    for (const [name, schema] of Object.entries(ListOrdersRequest?.properties ?? {})) {
      const answer = await call('POST', list.path, { [name]: schema.examples?.[0] });
      expect({ name, status: answer.status }).toEqual({ name, status: 200 });
    }
    const all = (await call('POST', list.path, {})).body.data.total;
    for (const filter of [{ status: 'paid' }, { type: 'manual' }, { search_query: 'John' }]) {
      expect((await call('POST', list.path, filter)).body.data.total).toBeLessThan(all);
    }
  });
});

describe('a name that the command line uses itself', () => {
  const readings = tools.filter(({ tool }) => tool?.annotations.readOnlyHint);

  it.each(readings)('cannot be an argument of $operationId', async (operation) => {
    const help = await output(process.execPath, [built('cli'), 'call', operation.operationId, '--help']);
    const flags = [...help.matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm)].map(([, flag]) => String(flag));
    const ofOperation = inputsOf(operation).map(flagOf);
    const own = flags.filter((flag) => !ofOperation.includes(flag));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((flag) => !codegen.reserved.includes(flag))).toEqual([]);
  });
});

describe('the command line', () => {
  it('has a flag for every filter of the list', async () => {
    const help = await output(process.execPath, [built('cli'), 'list', '--help']);
    const list = api.operations.find(({ operationId }) => operationId === 'listOrders');
    if (list === undefined) throw new Error('there is no list');
    const flags = inputsOf(list).map((name) => `--${flagOf(name)}`);
    expect(flags.filter((flag) => !help.includes(flag))).toEqual([]);
  });
});

/** The paths of all values that may be shown. @param {AnswerField} field @returns {string[]} */
function shownPaths({ privacy, fields = {}, values, items }) {
  const below = Object.entries(fields).flatMap(([name, child]) =>
    shownPaths(child).map((end) => (end === '' ? name : `${name}.${end}`)),
  );
  const inside = [values, items].flatMap((child) => (child === undefined ? [] : shownPaths(child)));
  return [...below, ...inside, ...(privacy === undefined || privacy === 'secret' ? [] : [''])];
}

/** @param {string} name of an argument */
function flagOf(name) {
  return name
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .replaceAll('_', '-')
    .toLowerCase();
}

/** @param {string} method @param {string} path @param {object} body */
async function call(method, path, body) {
  for (;;) {
    const response = await fetch(apiUrl + path, {
      method,
      headers: {
        Authorization: 'Bearer sandbox-full-access',
        Accept: 'application/json',
        'Content-Type': 'application/json',
      },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    });
    const answer = { status: response.status, body: JSON.parse(await response.text()) };
    if (answer.status !== 429) return answer;
    // The window of one second is used up.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
