// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { comparePage } from './compare.js';
import { draftOperation } from './draft.js';
import { generate } from '../generate.js';
import { readPage } from './page.js';

const folder = new URL('../../../../openapi/', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, folder), 'utf8');
const source = read('wemasy-orders.yaml');
const document = parse(source);
const saved = readdirSync(new URL('vendor/', folder)).map((name) => ({ name, text: read(`vendor/${name}`) }));
const made = readFileSync(new URL('../../e2e/order-lines.txt', import.meta.url), 'utf8');

/** @param {string} text */
const compare = (text) => comparePage(readPage(text), document);

describe('the saved pages of the vendor', () => {
  it.each(saved)('$name: the document says all that the page says', ({ text }) => {
    expect(compare(text).differences).toEqual([]);
    expect(readPage(text).questions).toEqual([]);
  });

  it.each(['list-orders.txt', 'sync-order.txt'])('%s: what the document adds is listed', (name) => {
    const { added } = compare(read(`vendor/${name}`));
    expect(added).toContainEqual(expect.stringMatching(/^request.*, description: /));
    // The page says it itself.
    expect(added.filter((each) => /x-rate-limit limit|header X-RateLimit-Limit, type/.test(each))).toEqual(
      [],
    );
  });

  const list = saved.find(({ name }) => name === 'list-orders.txt')?.text ?? '';
  const [, limit = ''] = /per minute (\d+)/.exec(list) ?? [];
  it.each([
    [
      'an enum value',
      'on_hold, payment_received',
      'on_hold, never_heard_of, payment_received',
      /^request\.status, values: /,
    ],
    ['a type', 'per_page integer|null', 'per_page string|null', /^request\.per_page, type: .*string or null/],
    [
      'a new filter',
      'type string|null No checkout',
      'type string|null No checkout\nvat boolean No',
      /^request\.vat, /,
    ],
    ['a new answer', '\n429\nPaginated', '\n429\n404\nPaginated', /^404: /],
    [
      'a new field of an answer',
      'data.total integer',
      'data.total integer\ndata.sum string',
      /^200\.data\.sum, type/,
    ],
    [
      'a field of the example',
      '"eu_vat": "NL"',
      '"eu_vat": 21',
      /^200\.data\.data\[\]\.eu_vat, type: .*integer/,
    ],
    [
      'a rate limit',
      `per minute ${limit}`,
      `per minute ${limit}1`,
      new RegExp(`^x-rate-limit limit: the page says ${limit}1, the document `),
    ],
    [
      'the example of a header',
      `per minute ${limit}`,
      `per minute ${limit}1`,
      new RegExp(`^200 header X-RateLimit-Limit, example: the page says ${limit}1, the document ${limit}$`),
    ],
    [
      'whether a body is required',
      'Request Body Optional',
      'Request Body Required',
      /^request, required: the page says true, the document false$/,
    ],
    ['the wording of an answer', 'Paginated list of orders', 'Orders', /^200: the page says Orders/],
    ['the example', '"total": "129.99551"', '"total": "130.00000"', /^200, example: /],
    ['access', 'orders/all Auth', 'orders/all Public', /^security: the page says \[\]/],
    [
      'the path',
      'POST /services/webshop/v1/orders/all',
      'POST /services/webshop/v2/orders/all',
      /does not describe it$/,
    ],
  ])('a page that changed is noticed: %s', (_, before, after, difference) => {
    expect(list).toContain(before);
    expect(compare(list.replaceAll(before, after)).differences).toContainEqual(
      expect.stringMatching(difference),
    );
  });
});

describe('a page in another form', () => {
  const page = readPage(made);

  it('may be a GET with statuses in any order', () => {
    expect([page.method, page.path, page.title]).toEqual([
      'GET',
      '/services/webshop/v1/orders/{id}/lines',
      'Show Order Lines',
    ]);
    expect(page.answers.map(({ status, description }) => `${status} ${description}`)).toEqual([
      '500 Server error',
      '200 The lines',
      '404 Not found',
    ]);
    expect(page.prose).toEqual(['The lines of one order, as the customer placed them.']);
  });

  it('may limit a field on a line of its own, and list integers', () => {
    const { operation } = draftOperation(
      readPage(
        made
          .replace('nl, en', '0, 1')
          .replace('locale string|null', 'locale integer')
          .replace('names nl', 'names 1'),
      ),
    );
    expect(operation).toMatchObject({
      parameters: [
        { name: 'id', in: 'path', required: true, 'x-source': 'inferred' },
        { name: 'locale', in: 'query', example: 1, schema: { type: 'integer', enum: [0, 1] } },
        { name: 'note', in: 'query', schema: { type: 'string', maxLength: 255 } },
      ],
    });
  });

  it('may have types that say little, which are asked', () => {
    const { operation, questions } = draftOperation(page);
    const data = Object(operation['responses'])['200'].content['application/json'].schema.properties.data
      .properties;
    expect(data.ordered_at).toEqual({ type: 'string', format: 'date-time', 'x-privacy': 'secret' });
    expect(data.tags).toEqual({ type: ['array', 'null'], items: {}, 'x-privacy': 'secret' });
    expect(data.extra).toEqual({ 'x-privacy': 'secret' });
    const unknown = Object(operation['responses'])['404'].content['application/json'].schema.properties.data;
    expect(unknown).toEqual({ type: 'array', items: {}, 'x-privacy': 'secret' });
    expect(data.lines.items.properties.customer.properties.email).toEqual({
      type: 'string',
      'x-privacy': 'secret',
    });
    expect(questions).toContain('Which types can extra have? The page says mixed.');
    expect(questions).toContain('Which types can data[] have? The page says mixed.');
    expect(questions).toContainEqual(expect.stringMatching(/^Who may see error, /));
  });

  it('may be public', () => {
    expect(draftOperation(readPage(made.replace('lines Auth', 'lines Public'))).operation).toMatchObject({
      security: [],
    });
  });

  it('may be Markdown, without method and title', () => {
    const markdown = `## Request Body Required

| Field | Type | Required | Description | Example |
| --- | --- | --- | --- | --- |
| order_id | integer | Yes | The order. | 42 |
| note | string\\|null | No | | |

## Responses

200

Done

| Field | Type | Description |
| --- | --- | --- |
| **error** | boolean | |

Base URL
https://api.wemasy.nl/api

    curl -X POST "https://api.wemasy.nl/api/services/webshop/v1/orders/cancel" -d '{ "order_id": 42 }'
`;
    const { path, method, operation, operationId, questions } = draftOperation(readPage(markdown));
    expect([method, path, operationId]).toEqual([
      'post',
      '/services/webshop/v1/orders/cancel',
      'ordersCancel',
    ]);
    expect(Object(operation['requestBody']).content['application/json'].schema).toMatchObject({
      required: ['order_id'],
      properties: {
        order_id: { type: 'integer', description: 'The order.', examples: [42] },
        note: { type: ['string', 'null'] },
      },
    });
    expect(questions).toContain('Which rate limit does the operation have?');
    expect(questions).toContain('Does the operation need a token? The page does not say it.');
  });

  it('that contradicts itself is asked about', () => {
    expect(
      readPage(made.replace('as the customer placed them.', 'at most 10 requests per minute.')).questions,
    ).toEqual(['Which rate limit applies? The prose says 10 in 60 s, the headers 30 in 60 s.']);
  });
});

it('a draft is code that the generator accepts', async () => {
  const { path, method, operation } = draftOperation(readPage(made));
  const changed = { ...document, paths: { ...document.paths, [path]: { [method]: operation } } };
  const files = await generate(JSON.stringify(changed), {
    documentPath: 'a',
    outputPath: 'b',
    writes: ['syncOrder'],
  });
  expect(files['operations.ts']).toContain("sku: { privacy: 'secret', types: ['string'] }");
  expect(comparePage(readPage(made), changed)).toEqual({ differences: [], added: [] });
});
