// @ts-check
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { comparePage } from './compare.js';
import { draftOperation } from './draft.js';
import { readPage } from './page.js';

// Forms that a page may have besides those of the saved ones: it is read all the same, or what is unclear is asked.

const read = (/** @type {string} */ path) =>
  readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const sync = read('openapi/vendor/sync-order.txt');
const list = read('openapi/vendor/list-orders.txt');
const lines = read('tools/openapi-codegen/e2e/order-lines.txt');
const details = read('tools/openapi-codegen/e2e/order-details.txt');
const sections = list.split(/^(?=Responses$|Base URL$|Request Sample$|Response Example$|Try It$)/m);

const servers = [{ url: 'https://api.wemasy.nl/api' }];
const draft = (/** @type {string} */ page) => draftOperation(readPage(page));
const questionsOf = (/** @type {string} */ page) => {
  const usual =
    /^(?:Which fields of the answers|Who may see|Should assistants|Which types can (?:extra|data))/;
  return draft(page).questions.filter((question) => !usual.test(question));
};
/** @param {string} page @param {string} [status] an answer; default: the request */
const schemaOf = (page, status) => {
  const { requestBody, responses } = Object(draft(page).operation);
  return (status === undefined ? requestBody : responses[status]).content['application/json'].schema;
};

/** @param {string} page @param {readonly (readonly [before: string, after: string])[]} changes */
function changed(page, ...changes) {
  return changes.reduce((text, [before, after]) => {
    expect(text).toContain(before);
    return text.replaceAll(before, after);
  }, page);
}

describe('a page means the same', () => {
  it.each([
    ['with the line ends and the byte order mark of Windows', `\uFEFF${list.replaceAll('\n', '\r\n')}`],
    [
      'with spaces that do not break',
      changed(list, ['No created_at', 'No\u00A0created_at'], ['string|null', 'string |\u00A0null']),
    ],
    [
      'with tabs between cells',
      changed(
        list,
        ['FieldTypeRequiredDescriptionExample', 'Field\tType\tRequired\tDescription\tExample'],
        ['per_page integer|null No 10', 'per_page\tinteger|null\tNo\t\t10'],
        ['error boolean', 'error\tboolean\t'],
      ),
    ],
    ['with its sections in another order', [0, 3, 4, 2, 1, 5].map((index) => sections[index]).join('')],
    [
      'with headings in other letters',
      changed(
        list,
        ['Request Body', 'REQUEST BODY'],
        ['\nResponses', '\nresponses'],
        ['FieldTypeDescription', 'FIELD TYPE DESCRIPTION'],
        ['POST /', 'post /'],
      ),
    ],
    ['with values on two lines', changed(list, ['status, total_amount', 'status,\ntotal_amount'])],
    [
      'with a form to try it',
      changed(list, [
        'Try It\nRequest Body Optional',
        'Try It\nQuery Parameters\nlocale string\nRequest Body Optional\nsortKey',
      ]),
    ],
    [
      'that says how a token is sent',
      changed(list, ['Authentication\n', 'Authentication\nAuthorization: Bearer YOUR_API_TOKEN\n']),
    ],
    [
      'with statuses by name',
      changed(
        list,
        ['\n200\n422\n', '\n200 OK\n422 Unprocessable Content\n'],
        ['\n429\n', '\n429 Too Many Requests\n'],
      ),
    ],
    ['with values without spaces', changed(list, ['asc, desc', 'asc,desc'])],
    ['with entities of HTML', changed(list, ['Errors overview.', 'Errors&nbsp;overview.'])],
  ])('%s', (_, page) => {
    expect(draft(page)).toEqual(draft(list));
  });

  it('with the field names of a list written without brackets, or by index', () => {
    for (const name of ['data.lines.', 'data.lines.*.', 'data.lines.0.']) {
      expect(draft(changed(details, ['data.lines[].', name])).operation).toEqual(draft(details).operation);
    }
  });
});

describe('a page that is not clear is asked about', () => {
  it.each([
    [
      'cut off in its tables',
      list.slice(0, 1500),
      /^Which answer belongs to which status\? .* "Validation error"/,
    ],
    ['cut off in its request sample', list.slice(0, 2500), /^Is the page cut off\? It has no request sample/],
    ['cut off in its example', list.slice(0, -300), /^Is the page cut off\? It has no response example/],
    [
      'without an example',
      sync.replace(/Response Example[^]*/, ''),
      /^Is the page cut off\? It has no response example/,
    ],
    [
      'with text after the example',
      changed(sync, ['\n\nTry It', '\nOnly for Pro.\n\nTry It']),
      /^What is "Only for Pro\." beside/,
    ],
    [
      'with two examples',
      changed(sync, ['\n\nTry It', '\n{ "error": true }\n\nTry It']),
      /^What is "\{ "error": true \}" beside/,
    ],
    [
      'whose example contradicts the table',
      changed(sync, ['"error": false', '"error": "no"']),
      /^Is 200\.error what the table says \(boolean\)/,
    ],
    [
      'whose example has a field more',
      changed(sync, ['"error": false', '"error": false, "code": 7']),
      /^Is 200\.code a field\?/,
    ],
    [
      'whose sample has a field more',
      changed(list, ['"search_query": "John"', '"search_query": "John", "vat": 21']),
      /^Is request\.vat a field\?/,
    ],
    [
      'whose sample has a parameter more',
      changed(lines, ['/lines"', '/lines?page=2"']),
      /^What is page in the query\?/,
    ],
    [
      'whose sample calls another operation',
      changed(sync, ['curl -X POST', 'curl -X PUT']),
      /^Which operation is it\?/,
    ],
    [
      'whose sample calls another server',
      changed(sync, ['curl -X POST "https://api.', 'curl -X POST "https://test.']),
      /^Which operation is it\?/,
    ],
    [
      'whose sample is the only one to name the path',
      sync.replace(/^POST .*/m, '').replaceAll('sync-snelstart-order', '2502/sync'),
      /^Which parts of .* are parameters\?/,
    ],
    [
      'with an empty table',
      changed(sync, ['order_id integer Yes 42\n', '']),
      /^Which fields does a request have\?/,
    ],
    [
      'whose request only the sample shows',
      sync.replace(/Request Body[^]*?Responses/, 'Responses'),
      /^Which fields does a request have\?/,
    ],
    [
      'without a title',
      changed(list, ['List Orders\n', 'Lists orders.\n']),
      /^What is the title of the operation\?/,
    ],
    [
      'with two answers that its example may show',
      changed(sync, ['\n422\n', '\n202\n']),
      /^Which 2xx answer does the response example show\?/,
    ],
    [
      'that does not say what an answer means',
      changed(lines, ['Not found\n', '']),
      /^What does the answer 404 mean\?/,
    ],
    [
      'with two rate limits in headers alone',
      changed(sync, ['Rate limit: 5 requests per minute.', '']).replace('per minute 5', 'per minute 6'),
      /^Which rate limit does the operation have\?/,
    ],
    [
      'with a row twice',
      changed(sync, ['Yes 42', 'Yes 42\norder_id string Yes']),
      /^What is request\.order_id\?/,
    ],
    [
      'without the answer that its example shows',
      changed(sync, ['\n200\n', '\n409\n']),
      /^Which answer does the response example show\?/,
    ],
    [
      'whose example is a list, unlike its table',
      sync.replace(/\{\s+"error": false[^}]*\}/, '[]'),
      /^Is 200 what the table says \(object\)/,
    ],
    [
      'with a status twice',
      changed(sync, ['200\n422', '200\n200']),
      /^Which answer belongs to which status\?/,
    ],
    [
      'with a row of an unknown type',
      changed(sync, ['data string[]', 'data uuid']),
      /^What does the line "data uuid" mean\?/,
    ],
    [
      'with values in prose',
      changed(list, ['asc, desc\n', 'either asc or desc\n']),
      /^What does "either asc or desc" mean for sortOrder\?/,
    ],
    [
      'with values of another type',
      changed(list, ['sortOrder string', 'sortOrder integer']),
      /^Which values can request\.sortOrder have\?/,
    ],
    [
      'with an example that nothing confirms',
      changed(list, ['No 10', 'No At most 100']),
      /^Is "100" the example of per_page, or part/,
    ],
    [
      'with a table that does not say what is required',
      changed(lines, ['FieldTypeRequiredDescriptionExample', 'FieldTypeDescriptionExample']),
      /^Is locale, note required\?/,
    ],
    [
      'with a parameter that the path has not',
      changed(lines, ['Query Parameters', 'Path Parameters\norder integer Yes\nQuery Parameters']),
      /^Where in the path is order\?/,
    ],
    [
      'with a body that may be left out and may not',
      changed(sync, ['Try It\nRequest Body Required', 'Try It\nRequest Body Optional']),
      /^Is the request body required\?/,
    ],
    [
      'with a body of a GET',
      changed(lines, ['Query Parameters', 'Request Body']),
      /^Are the fields of the body query parameters\?/,
    ],
    [
      'with words on the token',
      changed(sync, ['Authentication\n', 'Authentication\nOnly for owners.\n']),
      /^What does "Only for owners\." mean for the token\?/,
    ],
    [
      'with a rate limit of another form',
      changed(sync, ['5 requests per minute', '5 requests per 10 minutes']),
      /^Which rate limit does "Rate limit: 5 requests per 10 minutes\." mean\?/,
    ],
    [
      'with a rate limit of another form, in Dutch',
      changed(sync, ['Rate limit: 5 requests per minute', 'Maximaal 5 verzoeken per 10 minuten']),
      /^Which rate limit does "Maximaal 5 verzoeken per 10 minuten\." mean\?/,
    ],
    [
      'with two rate limits',
      changed(sync, ['5 requests per minute', '5 requests per minute, 100 requests per day']),
      /^Which rate limit applies\? The prose says 5 in 60 s and 100 in 86400 s, the headers 5 in 60 s/,
    ],
  ])('%s', (_, page, question) => {
    expect(questionsOf(page)).toContainEqual(expect.stringMatching(question));
  });

  it.each([
    ['empty', ''],
    ['no page at all', 'Soup\n\n42 potatoes, salt.\n'],
    ['HTML', '<!doctype html><h1>POST /services/webshop/v1/orders/all</h1>'],
  ])('%s', (_, page) => {
    expect(readPage(page)).toMatchObject({ path: undefined, answers: [] });
    expect(questionsOf(page)).toContain('Which method and path does the operation have?');
  });

  it('while its draft accepts table and example, and marks what only the example shows', () => {
    const example = '"error": { "code": 7 }, "extra": null, "data": [2, "b"], "message": null';
    const page = sync.replace(/"error": false[^}]*/, example);
    const { responses } = Object(
      draftOperation(readPage(page), { public: ['error.code', 'data'] }).operation,
    );
    expect(responses[200].content['application/json'].schema.properties).toEqual({
      error: {
        anyOf: [
          {
            type: 'object',
            properties: { code: { type: ['integer', 'null'], 'x-source': 'example', 'x-privacy': 'public' } },
          },
          { type: 'boolean' },
        ],
        'x-privacy': 'secret',
      },
      message: { type: ['string', 'null'], 'x-privacy': 'secret' },
      data: {
        type: 'array',
        items: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
        'x-privacy': 'public',
      },
      extra: { 'x-source': 'example', 'x-privacy': 'secret' },
    });
  });

  it('with two operations is refused', () => {
    expect(() => readPage(sync + lines)).toThrow('Save each operation to a file of its own: POST /services/');
  });
});

describe('a rate limit', () => {
  it.each([
    [
      'of an hour, in prose',
      changed(sync, ['5 requests per minute', '1,000 requests per hour']),
      { limit: 1000, windowSeconds: 3600 },
    ],
    [
      'in Dutch',
      changed(sync, ['Rate limit: 5 requests per minute', 'Limiet: 5 verzoeken per uur']),
      { limit: 5, windowSeconds: 3600 },
    ],
    [
      'of an hour, in headers alone',
      changed(sync, ['Rate limit: 5 requests per minute.', ''], ['per minute 5', 'per hour 5']),
      { limit: 5, windowSeconds: 3600 },
    ],
  ])('%s', (_, page, rateLimit) => {
    expect(draft(page).operation['x-rate-limit']).toMatchObject(rateLimit);
  });

  it('is no part of the description, unlike what stands beside it', () => {
    const page = changed(sync, ['5 requests per minute.', '5 requests per minute. Sends one order.']);
    expect(draft(page).operation['description']).toBe('Sends one order.');
  });
});

describe('tables', () => {
  it('describe nested fields, lists and their limits', () => {
    const rows = [
      'Yes 42',
      'customer object No The customer',
      'customer.name string Yes',
      'lines object[]',
      'min: 1',
      'Yes The lines',
      'lines[].sku string Yes',
      'tags string[]',
      'red, blue',
      'No',
      'offset integer',
      'min: \u22125, max: 5',
      'No',
    ];
    expect(schemaOf(changed(sync, ['Yes 42', rows.join('\n')]))).toMatchObject({
      required: ['order_id', 'lines'],
      properties: {
        customer: { type: 'object', description: 'The customer', required: ['name'] },
        lines: { type: 'array', minItems: 1, items: { required: ['sku'] } },
        tags: { type: 'array', items: { type: 'string', enum: ['red', 'blue'] } },
        offset: { type: 'integer', minimum: -5, maximum: 5 },
      },
    });
  });

  it('of answers may list values, which an answer is not held to', () => {
    const page = changed(sync, [
      'message string\ndata',
      'state string\nopen, closed\nmessage string\nmax: 255\ndata',
    ]);
    expect(schemaOf(page, '200').properties).toMatchObject({
      state: { type: 'string', 'x-extensible-enum': ['open', 'closed'] },
      message: { type: 'string', maxLength: 255 },
    });
  });

  it('end where the next answer is described', () => {
    const page = changed(
      sync,
      ['Validation error', 'Invalid date given'],
      ['Forbidden — insufficient permissions for this resource', 'Missing file'],
    );
    const { responses } = Object(draft(page).operation);
    expect([responses[422].description, responses[403].description]).toEqual([
      'Invalid date given',
      'Missing file',
    ]);
    expect(questionsOf(page)).toEqual([]);
  });

  it('describe headers of the request', () => {
    const page = changed(lines, [
      'Query Parameters',
      'Header Parameters\nX-Shop string Yes The shop\nQuery Parameters',
    ]);
    expect(draft(page).operation['parameters']).toContainEqual(
      expect.objectContaining({ name: 'X-Shop', in: 'header', required: true }),
    );
  });

  it('may describe a list, not an object', () => {
    const page = sync
      .replace('error boolean\nmessage string\ndata string[]', '[].id integer')
      .replace(/\{\s+"error": false[^}]*\}/, '[{ "id": 1 }]');
    expect(schemaOf(page, '200')).toMatchObject({
      type: 'array',
      items: { properties: { id: { type: 'integer' } } },
    });
    expect(questionsOf(page)).toEqual([]);
  });
});

it('Markdown may describe each answer below its status', () => {
  const page = `POST https://api.wemasy.nl/api/services/webshop/v1/orders/:id/cancel Auth

# Cancel Order

Cancels an order. At most 3 requests per hour.

## Request Body Required

| Field | Type | Required | Description | Example |
|---|---|---|---|---|
| \`reason\` | string \\| null<br>late, wrong | No | Why, or why not | late |

## Responses

### 200 OK

| Field | Type | Description |
|---|---|---|
| error | boolean | Whether it failed |

### 404: Not found

| Header | Type | Description | Example |
|---|---|---|---|
| X-RateLimit-Limit | integer | Maximum number of requests allowed per hour | 3 |

## Base URL

https://api.wemasy.nl/api

## Request Sample

\`\`\`sh
curl --request POST 'https://api.wemasy.nl/api/services/webshop/v1/orders/42/cancel' --data-raw '{ "reason": "it'\\''s late" }'
\`\`\`

## Response Example

\`\`\`json
{ "error": false }
\`\`\`
`;
  const { path, operation } = draft(page);
  expect(path).toBe('/services/webshop/v1/orders/{id}/cancel');
  expect(operation).toMatchObject({
    operationId: 'cancelOrder',
    description: 'Cancels an order.',
    'x-rate-limit': { limit: 3, windowSeconds: 3600, 'x-source': 'prose' },
    responses: { 200: { description: 'OK' }, 404: { description: 'Not found' } },
  });
  expect(schemaOf(page).properties.reason).toEqual({
    anyOf: [{ type: 'string', enum: ['late', 'wrong'] }, { type: 'null' }],
    description: 'Why, or why not',
    examples: ['late'],
  });
  expect(questionsOf(page)).toEqual([]);
});

it('the comparison knows the base URL and the prose of a page', () => {
  const { path, method, operation } = draft(lines);
  const document = {
    servers,
    security: [],
    paths: { [path]: { [method]: operation } },
  };
  const page = changed(
    lines,
    ['https://api.wemasy.nl', 'https://api.example.com'],
    ['as the customer placed them', 'as they were shipped'],
  );
  expect(comparePage(readPage(lines), document).differences).toEqual([]);
  expect(comparePage(readPage(page), document).differences).toEqual([
    'base URL: the page says https://api.example.com/api, the document https://api.wemasy.nl/api',
    'description: the page says The lines of one order, as they were shipped., the document does not',
  ]);
});

it('the comparison knows who may call an operation', () => {
  const { path, method, operation } = draft(lines);
  const security = [{ token: [] }];
  const document = { servers, security, paths: { [path]: { [method]: { ...operation, security: [] } } } };
  expect(comparePage(readPage(lines), document).differences).toEqual([
    'security: the page says [{"token":[]}], the document []',
  ]);
});

it('the comparison asks nothing about a base URL that the page does not name', () => {
  const { path, method, operation } = draft(lines);
  const page = changed(lines, ['Base URL\nhttps://api.wemasy.nl/api\n', '']);
  const document = { servers, paths: { [path]: { [method]: operation } } };
  expect(comparePage(readPage(page), document).differences).toEqual([]);
});

describe('the comparison finds all of a page in a document', () => {
  const { path, method, operation } = draft(lines);
  const { responses, parameters } = Object(operation);
  const { schema } = responses[200].content['application/json'];
  const { required, ...fields } = schema;
  const [id, ...others] = parameters;
  const Answer = { $ref: '#/components/schemas/Answer' };

  it.each([
    [
      'that describes an answer by a reference to a reference',
      Answer,
      { Answer: { $ref: '#/components/schemas/Again' }, Again: schema },
    ],
    ['that combines an answer of parts', { allOf: [Answer, { required }] }, { Answer: fields }],
    [
      'that describes an answer by a choice',
      { oneOf: [{ anyOf: [Answer, { type: 'null' }] }] },
      { Answer: schema },
    ],
  ])('%s', (_, described, schemas) => {
    const content = {
      'application/json': { ...responses[200].content['application/json'], schema: described },
    };
    const changedOperation = {
      ...operation,
      responses: { ...responses, 200: { ...responses[200], content } },
    };
    const document = { components: { schemas }, servers, paths: { [path]: { [method]: changedOperation } } };
    expect(comparePage(readPage(lines), document).differences).toEqual([]);
  });

  it('that describes a parameter for all methods of a path', () => {
    const item = { parameters: [id], [method]: { ...operation, parameters: others } };
    const document = { servers, paths: { [path]: item } };
    expect(comparePage(readPage(lines), document)).toEqual({ differences: [], added: [] });
  });
});
