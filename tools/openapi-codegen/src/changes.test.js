// @ts-check
import { readFile } from 'node:fs/promises';
import { format } from 'prettier';
import { parse, parseDocument } from 'yaml';
import { describe, expect, it } from 'vitest';
import { generate } from './generate.js';
import { DocumentError } from './document/issues.js';
import { codegenOf } from './nx/project.js';

/** @import { Document } from 'yaml' */

// What the vendor may change: each kind is carried through to the generated code, or refused with its place and the way
// out. This test writes the table at the end of the README.

const text = await readFile(new URL('../../../openapi/wemasy-orders.yaml', import.meta.url), 'utf8');
const manifest = await readFile(new URL('../../../libs/client/package.json', import.meta.url), 'utf8');
const codegen = codegenOf(manifest, 'libs/client') ?? expect.fail('the client generates code');
const list = ['paths', '/services/webshop/v1/orders/all', 'post'];
const sync = ['paths', '/services/webshop/v1/orders/sync-snelstart-order', 'post'];
const schemas = ['components', 'schemas'];
const documented = list.reduce((node, key) => node[key], parse(text))['x-rate-limit'];
const order = [...schemas, 'Order', 'properties'];
const filters = [...schemas, 'ListOrdersRequest', 'properties'];
const jsonOf = (/** @type {readonly string[]} */ operation) => [
  ...operation,
  'responses',
  '200',
  'content',
  'application/json',
];
const marked = (/** @type {Record<string, unknown>} */ schema) => ({ ...schema, 'x-privacy': 'public' });
const answer = { description: 'Done' };
const jsonAnswer = {
  ...answer,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
};

/** @param {Document} document @param {Record<string, unknown>} [change] */
function addOperation(document, change = {}) {
  document.setIn(['paths', '/services/webshop/v1/orders/{id}'], {
    get: {
      operationId: 'showOrder',
      summary: 'Show an order',
      description: 'Shows one order.',
      'x-rate-limit': { limit: 60, windowSeconds: 60 },
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
      responses: { 200: jsonAnswer },
      ...change,
    },
  });
}

/** @param {boolean} readOnlyHint */
const tool = (readOnlyHint) => ({
  name: 'show_order',
  title: 'Show an order',
  description: 'Shows one order.',
  annotations: { readOnlyHint, destructiveHint: !readOnlyHint, idempotentHint: true, openWorldHint: true },
});

/**
 * @typedef {object} Kind
 * @property {string} what
 * @property {(document: Document) => void} change
 * @property {readonly ['schema.ts' | 'schemas.ts' | 'calls.ts' | 'operations.ts', string | RegExp]} [carried] what a generated file then has
 * @property {string} [refused] what the message then says
 */

/** @type {readonly Kind[]} */
const kinds = [
  {
    what: 'a value added to an enum',
    change: (document) => document.addIn([...schemas, 'OrderStatus', 'enum'], 'never_heard_of'),
    carried: ['schemas.ts', "'never_heard_of'"],
  },
  {
    what: 'another rate limit',
    change: (document) => {
      document.setIn([...sync, 'x-rate-limit'], { limit: 10, windowSeconds: 60 });
      document.setIn(['components', 'headers', 'SyncOrderLimit', 'example'], 10);
    },
    carried: ['calls.ts', 'limit: 10'],
  },
  {
    what: 'a rate limit that contradicts its header example',
    change: (document) => {
      document.setIn([...sync, 'x-rate-limit', 'limit'], 10);
      document.setIn(['components', 'headers', 'SyncOrderLimit', 'example'], 7);
    },
    refused: 'syncOrder: x-rate-limit says 10, the example of X-RateLimit-Limit says 7; correct one of them',
  },
  {
    what: 'operations that share a bucket',
    change: (document) => {
      document.setIn([...list, 'x-rate-limit', 'bucket'], 'reads-of-the-test');
      addOperation(document, { 'x-rate-limit': { ...documented, bucket: 'reads-of-the-test' } });
    },
    carried: ['calls.ts', "bucket: 'reads-of-the-test'"],
  },
  {
    what: 'a shared bucket with two limits',
    change: (document) => {
      document.setIn([...list, 'x-rate-limit', 'bucket'], 'reads-of-the-test');
      const limit = documented.limit + 1;
      addOperation(document, { 'x-rate-limit': { ...documented, limit, bucket: 'reads-of-the-test' } });
    },
    refused: 'showOrder: another limit for the bucket reads-of-the-test',
  },
  {
    what: 'an operation without a rate limit',
    change: (document) => addOperation(document, { 'x-rate-limit': undefined }),
    refused: 'paths./services/webshop/v1/orders/{id}.get.x-rate-limit',
  },
  {
    what: 'a reading operation that is a tool',
    change: (document) => addOperation(document, { 'x-mcp-tool': tool(true) }),
    carried: ['operations.ts', "name: 'show_order'"],
  },
  {
    what: 'a reading operation that is a tool and deprecated',
    change: (document) => addOperation(document, { 'x-mcp-tool': tool(true), deprecated: true }),
    carried: ['operations.ts', "description: 'Deprecated. Shows one order.'"],
  },
  {
    what: 'a tool text that names the limit ({pace})',
    change: (document) =>
      addOperation(document, { 'x-mcp-tool': { ...tool(true), description: 'At most {pace}.' } }),
    carried: ['operations.ts', "description: 'At most 60 a minute.'"],
  },
  {
    what: 'a tool text with an unknown placeholder',
    change: (document) =>
      addOperation(document, { 'x-mcp-tool': { ...tool(true), description: 'At most {limit}.' } }),
    refused:
      'showOrder: {limit} in the texts of the tool means nothing; write {pace} for the rate limit, or {{limit}} for a',
  },
  {
    what: 'a tool text with a word in braces ({{word}})',
    change: (document) =>
      addOperation(document, { 'x-mcp-tool': { ...tool(true), description: 'Fills in {{name}}.' } }),
    carried: ['operations.ts', "description: 'Fills in {name}.'"],
  },
  {
    what: 'a writing operation that is a tool',
    change: (document) => addOperation(document, { 'x-mcp-tool': tool(false) }),
    refused: 'showOrder: a writing operation with x-mcp-tool needs an implementation that keeps the journal',
  },
  {
    what: 'a field of the request named like a parameter',
    change: (document) => document.setIn([...filters, 'page'], { type: 'integer' }),
    refused:
      'listOrders.page: in query it has the same name as page in body; give it another name with x-argument',
  },
  {
    what: 'a filter named like an argument or a setting of ours',
    change: (document) => {
      for (const name of ['summarize', 'personal_data', 'sandbox']) {
        document.setIn([...filters, name], { type: 'string' });
      }
    },
    refused: 'listOrders.personal_data: personal_data is an argument, a setting or a flag of our own',
  },
  {
    what: 'such a filter with a name of its own (x-argument)',
    change: (document) =>
      document.setIn([...filters, 'summarize'], { type: 'string', 'x-argument': 'summary_of' }),
    carried: ['calls.ts', "summary_of: { in: 'body', field: 'summarize' }"],
  },
  {
    what: 'a parameter of a tool with a name that assistants refuse',
    change: (document) =>
      addOperation(document, {
        'x-mcp-tool': tool(true),
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
          { name: 'filter[status]', in: 'query', schema: { type: 'string' } },
        ],
      }),
    refused:
      'showOrder.filter[status]: assistants take letters, digits, _, . and - in the name of an argument',
  },
  {
    what: 'an object as query parameter',
    change: (document) =>
      addOperation(document, {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
          { name: 'filter', in: 'query', schema: { type: 'object', additionalProperties: true } },
        ],
      }),
    refused: 'showOrder.filter: only texts, numbers, booleans and lists of them go into query',
  },
  {
    what: 'a tool name twice',
    change: (document) => addOperation(document, { 'x-mcp-tool': { ...tool(true), name: 'list_orders' } }),
    refused: 'list_orders: a tool of this name exists twice',
  },
  {
    what: 'an operation id twice',
    change: (document) => addOperation(document, { operationId: 'listOrders' }),
    refused: 'listOrders: an operation of this name exists twice',
  },
  {
    what: 'a path parameter',
    change: (document) => addOperation(document),
    carried: ['schemas.ts', 'export const ShowOrderPath'],
  },
  {
    what: 'a path parameter that nothing describes',
    change: (document) => addOperation(document, { parameters: [] }),
    refused: 'showOrder: the path parameter id is not described',
  },
  {
    what: 'a header parameter',
    change: (document) =>
      document.setIn(
        [...sync, 'parameters'],
        [{ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' } }],
      ),
    carried: ['schemas.ts', "'Idempotency-Key': z.string()"],
  },
  {
    what: 'a cookie parameter',
    change: (document) =>
      document.setIn([...sync, 'parameters'], [{ name: 'shop', in: 'cookie', schema: { type: 'string' } }]),
    refused: 'sync-snelstart-order.post.parameters[0].in',
  },
  {
    what: 'a shared parameter ($ref)',
    change: (document) => {
      document.setIn(['components', 'parameters'], {
        Shop: { name: 'shop', in: 'query', schema: { type: 'integer' } },
      });
      document.addIn([...list, 'parameters'], { $ref: '#/components/parameters/Shop' });
    },
    carried: ['schemas.ts', 'shop: z.int()'],
  },
  {
    what: 'a parameter of the path item',
    change: (document) =>
      document.setIn(
        [...list.slice(0, 2), 'parameters'],
        [{ name: 'shop', in: 'query', schema: { type: 'integer' } }],
      ),
    carried: ['schemas.ts', 'shop: z.int()'],
  },
  {
    what: 'an unusual parameter style',
    change: (document) => document.setIn([...list, 'parameters', 0, 'style'], 'deepObject'),
    refused: 'parameters[0].style',
  },
  {
    what: 'a shared request body ($ref)',
    change: (document) => {
      document.setIn(['components', 'requestBodies'], { Sync: document.getIn([...sync, 'requestBody']) });
      document.setIn([...sync, 'requestBody'], { $ref: '#/components/requestBodies/Sync' });
    },
    carried: ['calls.ts', "requestSchema: 'SyncOrderRequest'"],
  },
  {
    what: 'an inline request schema',
    change: (document) => {
      document.setIn([...sync, 'requestBody', 'content', 'application/json', 'schema'], {
        type: 'object',
        properties: { order_number: { type: 'string' } },
      });
      document.deleteIn([...schemas, 'SyncOrderRequest']);
    },
    carried: ['schemas.ts', 'order_number: z.string()'],
  },
  {
    what: 'an inline answer schema',
    change: (document) =>
      document.setIn([...jsonOf(sync), 'schema'], {
        type: 'object',
        properties: { ok: marked({ type: 'boolean' }) },
      }),
    refused: 'its schema would be called SyncOrderResponse, which exists; rename that one, or refer to it',
  },
  {
    what: 'a form as request',
    change: (document) => {
      const body = document.getIn([...sync, 'requestBody', 'content', 'application/json']);
      document.setIn([...sync, 'requestBody', 'content'], { 'multipart/form-data': body });
    },
    refused: 'syncOrder: a request of multipart/form-data is not understood',
  },
  {
    what: 'a second 2xx answer',
    change: (document) => addOperation(document, { responses: { 200: jsonAnswer, 201: jsonAnswer } }),
    carried: ['calls.ts', "otherSuccesses: { '201': 'Order' }"],
  },
  {
    what: 'a second 2xx answer of what the product calls by itself',
    change: (document) => document.setIn([...list, 'responses', '299'], jsonAnswer),
    refused: 'listOrders: the product reads its answers, so all of them need one schema',
  },
  {
    what: 'a required filter of the list, which the product calls by itself',
    change: (document) => document.setIn([...schemas, 'ListOrdersRequest', 'required'], ['status']),
    refused: 'listOrders.status: the product calls listOrders without arguments, so none can be required',
  },
  {
    what: 'an answer of JSON by another name',
    change: (document) =>
      document.setIn([...list, 'responses', '409'], {
        ...answer,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ApiError' } } },
      }),
    carried: ['schema.ts', '409: {'],
  },
  {
    what: 'an example that does not fit its schema',
    change: (document) => document.setIn([...order, 'total', 'examples'], [true]),
    refused: 'components.schemas.Order.total: true does not fit its schema',
  },
  {
    what: 'a 204 only',
    change: (document) => addOperation(document, { responses: { 204: answer } }),
    carried: ['calls.ts', 'successStatus: 204'],
  },
  {
    what: 'a 204 of a tool',
    change: (document) => addOperation(document, { responses: { 204: answer }, 'x-mcp-tool': tool(true) }),
    refused: 'showOrder: an answer of no body cannot be a tool',
  },
  {
    what: 'no 2xx answer',
    change: (document) => addOperation(document, { responses: { 404: jsonAnswer } }),
    refused: 'showOrder: no 2xx answer',
  },
  {
    what: 'an error status',
    change: (document) => document.setIn([...list, 'responses', '404'], jsonAnswer),
    carried: ['schema.ts', /listOrders: \{.*? 404: \{/s],
  },
  {
    what: 'a default answer',
    change: (document) => document.setIn([...list, 'responses', 'default'], jsonAnswer),
    carried: ['schema.ts', /listOrders: \{.*? default: \{/s],
  },
  {
    what: 'a binary answer',
    change: (document) =>
      addOperation(document, {
        responses: {
          200: {
            ...answer,
            content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } },
          },
        },
      }),
    carried: ['calls.ts', "responseType: 'application/pdf'"],
  },
  {
    what: 'a binary answer of a tool',
    change: (document) =>
      addOperation(document, {
        'x-mcp-tool': tool(true),
        responses: { 200: { ...answer, content: { 'application/pdf': {} } } },
      }),
    refused: 'showOrder: an answer of application/pdf cannot be a tool; remove its x-mcp-tool',
  },
  {
    what: 'a public operation (security: [])',
    change: (document) => addOperation(document, { security: [] }),
    carried: ['operations.ts', 'isPublic: true'],
  },
  {
    what: 'another security scheme',
    change: (document) => {
      document.setIn(['components', 'securitySchemes', 'key'], {
        type: 'apiKey',
        in: 'header',
        name: 'X-Key',
      });
      addOperation(document, { security: [{ key: [] }] });
    },
    refused: 'showOrder: key is not a bearer token',
  },
  {
    what: 'a deprecated operation',
    change: (document) => document.setIn([...list, 'deprecated'], true),
    carried: ['schema.ts', '@deprecated'],
  },
  {
    what: 'format',
    change: (document) => document.setIn([...filters, 'after'], { type: 'string', format: 'date-time' }),
    carried: ['schema.ts', 'Format: date-time'],
  },
  {
    what: 'const',
    change: (document) => document.setIn([...filters, 'kind'], { type: 'string', const: 'order' }),
    carried: ['schemas.ts', "kind: z.literal('order')"],
  },
  {
    what: 'default (the field stays optional)',
    change: (document) => document.setIn([...filters, 'archived'], { type: 'boolean', default: false }),
    carried: ['schemas.ts', 'archived: z.boolean().exactOptional()'],
  },
  {
    what: 'a deprecated field',
    change: (document) => document.setIn([...filters, 'type', 'deprecated'], true),
    carried: ['schemas.ts', '.meta({ deprecated: true })'],
  },
  {
    what: 'an enum of integers',
    change: (document) => document.setIn([...filters, 'archived'], { type: 'integer', enum: [0, 1] }),
    carried: ['schemas.ts', 'archived: z.literal([0, 1])'],
  },
  {
    what: 'an enum with null',
    change: (document) =>
      document.setIn([...filters, 'vat'], { type: ['string', 'null'], enum: ['high', 'low', null] }),
    carried: ['schemas.ts', "vat: z.enum(['high', 'low']).nullable()"],
  },
  {
    what: 'an enum value of another type',
    change: (document) => document.setIn([...filters, 'vat'], { type: 'string', enum: ['high', 0] }),
    refused: 'components.schemas.ListOrdersRequest.vat: [0] is not of the type',
  },
  {
    what: 'limits of numbers, texts and lists',
    change: (document) =>
      document.setIn([...filters, 'ids'], {
        type: 'array',
        minItems: 1,
        items: { type: 'integer', exclusiveMinimum: 0, multipleOf: 2 },
      }),
    carried: ['schemas.ts', 'ids: z.array(z.int().gt(0).multipleOf(2)).min(1)'],
  },
  {
    what: 'oneOf',
    change: (document) =>
      document.setIn([...order, 'buyer'], marked({ oneOf: [{ type: 'string' }, { type: 'integer' }] })),
    carried: ['schemas.ts', 'buyer: z.union([z.string(), z.int()])'],
  },
  {
    what: 'oneOf with a discriminator',
    change: (document) => {
      const person = (/** @type {string} */ kind, /** @type {string} */ mark) => ({
        type: 'object',
        required: ['kind'],
        properties: { kind: marked({ const: kind }), name: { type: 'string', 'x-privacy': mark } },
      });
      document.setIn([...schemas, 'Person'], person('person', 'name'));
      document.setIn([...schemas, 'Company'], person('company', 'public'));
      document.setIn([...order, 'buyer'], {
        oneOf: [{ $ref: '#/components/schemas/Person' }, { $ref: '#/components/schemas/Company' }],
        discriminator: { propertyName: 'kind' },
      });
    },
    carried: ['operations.ts', "name: { privacy: 'name', types: ['string'] }"],
  },
  {
    what: 'allOf',
    change: (document) =>
      document.setIn([...order, 'buyer'], {
        allOf: [
          { $ref: '#/components/schemas/PdfDocument' },
          { type: 'object', properties: { pages: marked({ type: 'integer' }) } },
        ],
      }),
    carried: ['operations.ts', "pages: { privacy: 'public', types: ['integer'] }"],
  },
  {
    what: 'oneOf beside anyOf',
    change: (document) =>
      document.setIn(
        [...order, 'buyer'],
        marked({ oneOf: [{ type: 'string' }], anyOf: [{ type: 'integer' }] }),
      ),
    refused: 'components.schemas.Order.buyer: oneOf beside anyOf',
  },
  {
    what: 'allOf of a schema that is a reference itself',
    change: (document) => {
      document.setIn([...schemas, 'Invoice'], {
        $ref: '#/components/schemas/PdfDocument',
        'x-privacy': 'secret',
      });
      document.setIn([...order, 'buyer'], {
        allOf: [
          { $ref: '#/components/schemas/Invoice' },
          { type: 'object', properties: { pages: marked({ type: 'integer' }) } },
        ],
      });
    },
    carried: ['operations.ts', "pages: { privacy: 'secret', types: ['integer'] }"],
  },
  {
    what: 'allOf of anything but objects',
    change: (document) =>
      document.setIn([...order, 'buyer'], marked({ allOf: [{ type: 'string' }, { minLength: 3 }] })),
    refused: 'components.schemas.Order.buyer: allOf combines more than plain objects',
  },
  {
    what: 'a map',
    change: (document) =>
      document.setIn(
        [...order, 'labels'],
        marked({ type: 'object', additionalProperties: { type: 'string' } }),
      ),
    carried: ['schemas.ts', 'labels: z.record(z.string(), z.string())'],
  },
  {
    what: 'an object that is open beside its fields',
    change: (document) => document.setIn([...schemas, 'PdfDocument', 'additionalProperties'], true),
    carried: ['schemas.ts', 'export const PdfDocument'],
  },
  {
    what: 'an array of objects',
    change: (document) =>
      document.setIn([...order, 'lines'], {
        type: 'array',
        items: { type: 'object', properties: { sku: marked({ type: 'string' }) } },
      }),
    carried: [
      'operations.ts',
      /lines: \{\s+types: \['array'\],\s+items: \{[^[]+\['object'\],\s+fields: \{\s+sku:/,
    ],
  },
  {
    what: 'an array of arrays',
    change: (document) =>
      document.setIn([...order, 'grid'], {
        type: 'array',
        items: { type: 'array', items: { type: 'object', properties: { x: marked({ type: 'integer' }) } } },
      }),
    carried: ['operations.ts', "items: { types: ['array'], items: { types: ['object'], fields: { x:"],
  },
  {
    what: 'an enum or a const in an answer',
    change: (document) => {
      document.setIn(
        [...order, 'kind'],
        marked({ anyOf: [{ const: 'gift' }, { type: 'integer', enum: [1, 2] }] }),
      );
    },
    carried: ['operations.ts', "knownValues: ['gift', 1, 2]"],
  },
  {
    what: 'a field with a name that every object of JavaScript has',
    change: (document) => document.setIn([...order, 'constructor'], marked({ type: 'string' })),
    refused: 'components.schemas.Order.properties: nothing can be called constructor',
  },
  {
    what: 'a reference to a reference',
    change: (document) => {
      document.setIn(['components', 'parameters'], {
        Shop: { $ref: '#/components/parameters/Branch' },
        Branch: { name: 'shop', in: 'query', schema: { type: 'integer' } },
      });
      document.addIn([...list, 'parameters'], { $ref: '#/components/parameters/Shop' });
    },
    carried: ['schemas.ts', 'shop: z.int()'],
  },
  {
    what: 'a reference to itself',
    change: (document) => {
      document.setIn(['components', 'parameters'], { Shop: { $ref: '#/components/parameters/Shop' } });
      document.addIn([...list, 'parameters'], { $ref: '#/components/parameters/Shop' });
    },
    refused: '#/components/parameters/Shop refers to itself; write out one of the two',
  },
  {
    what: 'a schema that contains itself',
    change: (document) => {
      const category = { $ref: '#/components/schemas/Category' };
      document.setIn([...schemas, 'Category'], {
        type: 'object',
        properties: { name: marked({ type: 'string' }), parent: marked(category) },
      });
      document.setIn([...order, 'category'], category);
    },
    carried: ['schemas.ts', 'z.lazy(() => Category)'],
  },
  {
    what: 'a schema name that is no identifier',
    change: (document) => {
      document.setIn([...schemas, 'order-line.v2'], {
        type: 'object',
        properties: { sku: marked({ type: 'string' }) },
      });
      document.setIn([...order, 'line'], { $ref: '#/components/schemas/order-line.v2' });
    },
    carried: ['schemas.ts', 'export const OrderLineV2'],
  },
  {
    what: 'a reference to another file',
    change: (document) => document.setIn([...order, 'line'], { $ref: 'line.yaml#/Line' }),
    carried: ['operations.ts', "sku: { privacy: 'public', types: ['string'] }"],
  },
  {
    what: 'a reference to a missing file',
    change: (document) => document.setIn([...order, 'line'], { $ref: 'lines.yaml#/Line' }),
    refused: 'components.schemas.Order.properties.line: lines.yaml#/Line points at nothing',
  },
  {
    what: 'a stricter privacy mark',
    change: (document) => document.setIn([...order, 'total', 'x-privacy'], 'secret'),
    carried: ['operations.ts', /total: \{\s+privacy: 'secret'/],
  },
  {
    what: 'a field of an answer without a privacy mark',
    change: (document) => document.setIn([...order, 'never_heard_of'], { type: 'string' }),
    refused: 'listOrders: the field data.data[].never_heard_of needs an x-privacy mark',
  },
  {
    what: 'a mark that is weaker outside than inside',
    change: (document) =>
      document.setIn(
        [...order, 'buyer'],
        marked({
          type: 'object',
          additionalProperties: {
            type: 'object',
            properties: { mail: { type: 'string', 'x-privacy': 'secret' } },
          },
        }),
      ),
    carried: [
      'operations.ts',
      "values: { types: ['object'], fields: { mail: { privacy: 'secret', types: ['string'] } } }",
    ],
  },
  {
    what: 'a mark that is stricter outside than inside',
    change: (document) =>
      document.setIn([...order, 'buyer'], {
        'x-privacy': 'personal',
        type: 'object',
        properties: { mail: marked({ type: 'string' }) },
      }),
    carried: ['operations.ts', "mail: { privacy: 'personal', types: ['string'] }"],
  },
  {
    what: 'a mark on what an allOf combines',
    change: (document) => {
      const person = {
        'x-privacy': 'personal',
        type: 'object',
        properties: { mail: marked({ type: 'string' }) },
      };
      document.setIn([...schemas, 'Person'], person);
      document.setIn([...order, 'buyer'], {
        allOf: [
          { $ref: '#/components/schemas/Person' },
          { type: 'object', properties: { pages: marked({ type: 'integer' }) } },
        ],
      });
    },
    carried: ['operations.ts', "pages: { privacy: 'personal', types: ['integer'] }"],
  },
  {
    what: 'an unknown privacy mark',
    change: (document) => document.setIn([...order, 'total', 'x-privacy'], 'hidden'),
    refused: 'components.schemas.Order.properties.total.x-privacy',
  },
  {
    what: 'a keyword of OpenAPI 3.0',
    change: (document) => document.setIn([...order, 'total'], marked({ type: 'string', nullable: true })),
    refused: "components.schemas.Order.properties.total: nullable is not understood; add 'null' to the type",
  },
  {
    what: 'several of these at once',
    change: (document) => {
      document.setIn([...order, 'never_heard_of'], { type: 'string' });
      addOperation(document, { 'x-mcp-tool': tool(false) });
    },
    refused: 'x-privacy mark',
  },
];

/** @type {string[][]} */
const rows = [];

describe('a change of the document', () => {
  it.each(kinds)(
    'is carried through or refused by name: $what',
    async ({ what, change, carried, refused }) => {
      const document = parseDocument(text);
      change(document);
      const result = await generate(String(document), {
        ...codegen,
        readFile: (path) =>
          path === 'openapi/line.yaml'
            ? 'Line: { type: object, properties: { sku: { type: string, x-privacy: public } } }'
            : undefined,
      }).catch((/** @type {unknown} */ error) => error);
      if (result instanceof DocumentError) {
        expect(result.message).toContain(refused);
        const line = result.message.split('\n').find((each) => each.includes(refused ?? ''));
        rows.push([what, 'refused', line ?? '']);
        return;
      }
      const [file, content] = carried ?? ['schemas.ts', 'a refusal'];
      expect(result).toHaveProperty(['schema.ts']);
      const source = String(Object(result)[file]);
      if (typeof content === 'string') expect(source.replaceAll(/\s+/g, ' ')).toContain(content);
      else expect(source).toMatch(content);
      rows.push([what, 'carried through', file]);
    },
  );
});

it('every issue is reported at once', async () => {
  const document = parseDocument(text);
  document.setIn([...order, 'never_heard_of'], { type: 'string' });
  document.setIn([...order, 'height'], { type: 'string' });
  addOperation(document, { 'x-mcp-tool': tool(false) });
  const generating = generate(String(document), codegen);
  await expect(generating).rejects.toThrow(/showOrder: .*\n.*never_heard_of.*\n.*height/);
});

it('the table of changes is up to date', async () => {
  const cell = (/** @type {string} */ value) => value.replaceAll('|', '\\|').replaceAll(/[{}<>_*]/g, '\\$&');
  const table = [['Change', 'Outcome', 'Where, or what the message says'], ['---', '---', '---'], ...rows]
    .map((cells, index) => `| ${cells.map(index === 1 ? String : cell).join(' | ')} |`)
    .join('\n');
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [before = ''] = readme.split('\n| Change');
  await expect(
    await format(`${before}\n${table}\n`, { parser: 'markdown', printWidth: 110 }),
  ).toMatchFileSnapshot('../README.md');
});
