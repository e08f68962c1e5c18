// @ts-check
import { describe, expect, it } from 'vitest';
import { documentWith } from '../testing/document-with.js';
import { readDocument } from './read.js';

/** @typedef {Record<string, any>} Change a document that a test changes */

const json = 'application/json';
const text = { type: 'string', 'x-privacy': 'public' };
const refTo = (/** @type {string} */ name) => ({ $ref: `#/components/schemas/${name}` });
const object = (/** @type {Record<string, unknown>} */ properties) => ({ type: 'object', properties });

const tool = (/** @type {object} */ hints) => ({
  name: 'list_things',
  title: 'List things',
  description: 'Lists things.',
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
    ...hints,
  },
});

/** The smallest document, changed. @param {(document: Change) => void} change */
function changed(change) {
  const document = JSON.parse(documentWith());
  change(document);
  return JSON.stringify(document);
}

/** What reading a text fails with. @param {string} document @param {(path: string) => string | undefined} [readFile] */
function refusalOf(document, readFile) {
  try {
    readDocument(document, readFile === undefined ? {} : { readFile });
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return 'none';
}
const operationOf = (/** @type {Change} */ document) => document['paths']['/things']?.post;
const schemasOf = (/** @type {Change} */ { components }) => components.schemas;
const answerOf = (/** @type {Change} */ document) => operationOf(document).responses['200'];

/** A field of the answer. @param {object} schema @returns {(document: Change) => void} */
const field = (schema) => (document) => {
  schemasOf(document).Things.properties.extra = { 'x-privacy': 'public', ...schema };
};
/** A parameter of the operation. @param {object} parameter @returns {(document: Change) => void} */
const parameter = (parameter) => (document) => {
  operationOf(document).parameters = [
    { in: 'query', name: 'extra', schema: { type: 'string' }, ...parameter },
  ];
};
/** The operation at another path. @param {string} path @returns {(document: Change) => void} */
const at = (path) => (document) => {
  document['paths'] = { [path]: { post: operationOf(document) } };
};
/** A component schema. @param {string} name @param {object} [schema] @returns {(document: Change) => void} */
const schema =
  (name, schema = text) =>
  (document) => {
    schemasOf(document)[name] = schema;
  };

describe('is refused, with its place and the way out:', () => {
  it.each(
    /** @type {[what: string, change: (document: Change) => void, message: string][]} */ ([
      [
        'a version that is not 3.1',
        (all) => (all['openapi'] = '3.0.3'),
        'openapi: only OpenAPI 3.1 is understood; convert it, and write the version as a text',
      ],
      [
        'an unknown key of the document',
        (all) => (all['webhooks'] = {}),
        'the document: webhooks is not understood; leave them out: nothing here receives calls',
      ],
      [
        'a second server',
        (all) => all['servers'].push({ url: 'https://b.example.com' }),
        'servers: Too big: expected array to have exactly 1 items; keep the one that is used',
      ],
      ...[
        'http://api.example.com',
        'https://{shop}.example.com',
        'https://u:p@api.example.com',
        'https://api.example.com?a=1',
        'ftp://a.b',
        'javascript:1',
      ].map((url) => [
        'the server ' + url,
        (/** @type {Change} */ all) => (all['servers'][0].url = url),
        'servers[0].url: not an https URL without user, query, fragment and variables; write the address itself',
      ]),
      ['no operation', (all) => (all['paths'] = {}), 'paths: no operation; describe an operation'],
      ...['things', '/a/{id', '/a/{}', '/a?x=1', '/../a', '//evil.example.com/a', '/a b'].map((path) => [
        'the path ' + path,
        at(path),
        'not a path: /, texts of a URL and {parameters}',
      ]),
      [
        'a parameter twice in a path',
        (all) => {
          at('/a/{id}/b/{id}')(all);
          all['paths']['/a/{id}/b/{id}'].post.parameters = [
            { in: 'path', name: 'id', required: true, schema: { type: 'integer' } },
          ];
        },
        'listThings: /a/{id}/b/{id} names a parameter twice; rename one of them',
      ],
      [
        'paths that differ in a parameter only',
        (all) => {
          for (const name of ['id', 'nr'])
            all['paths'][`/a/{${name}}`] = {
              get: {
                ...operationOf(all),
                operationId: `show${name}`,
                requestBody: undefined,
                parameters: [{ in: 'path', name, required: true, schema: { type: 'integer' } }],
              },
            };
        },
        '/a/{}: a path of this name exists twice; rename one of them',
      ],
      [
        'a range of statuses',
        (all) => (operationOf(all).responses['4XX'] = { description: 'No' }),
        'paths./things.post.responses.4XX: a status has three digits, or is default',
      ],
      [
        'the bucket of another operation with another limit',
        (all) =>
          (all['paths']['/other'] = {
            get: {
              ...operationOf(all),
              operationId: 'other',
              requestBody: undefined,
              'x-rate-limit': { limit: 5, windowSeconds: 60, bucket: 'listThings' },
              responses: { 204: { description: 'Done' } },
            },
          }),
        'other: another limit for the bucket listThings; operations of one bucket share one limit',
      ],
      [
        'a limit shown by another answer',
        (all) =>
          (operationOf(all).responses['429'] = {
            description: 'No',
            headers: { 'x-ratelimit-limit': { schema: { type: 'integer', examples: [7] } } },
          }),
        'listThings: x-rate-limit says 60, the example of X-RateLimit-Limit says 7; correct one of them',
      ],

      [
        'fields beside the reference of an answer',
        (all) => (answerOf(all).content[json].schema.properties = { a: text }),
        'components.schemas.ListThingsResponse: properties does not go with a reference',
      ],
      [
        'two types of JSON in one answer',
        (all) => (answerOf(all).content['application/problem+json'] = { schema: refTo('Things') }),
        'several types of JSON (application/json, application/problem+json); keep the one that is used',
      ],
      [
        'an answer of any type',
        (all) => (answerOf(all).content = { '*/*': { schema: refTo('Things') } }),
        'paths./things.post.responses.200: */* says nothing of the type; write application/json',
      ],
      [
        'a GET with a body',
        (all) => (all['paths'] = { '/a': { get: operationOf(all) } }),
        'listThings: no client sends a body with GET; describe query parameters',
      ],
      [
        'a request of another kind of JSON',
        (all) =>
          (operationOf(all).requestBody.content = {
            'application/vnd.api+json': { schema: refTo('Filter') },
          }),
        'listThings: a request of application/vnd.api+json is not understood; the client sends application/json',
      ],
      [
        'a tool whose first answer is a file',
        (all) => {
          operationOf(all)['x-mcp-tool'] = tool({});
          operationOf(all).responses = {
            200: { description: 'A file', content: { 'application/pdf': {} } },
            201: answerOf(all),
          };
        },
        'listThings: an answer of application/pdf and application/json cannot be a tool; remove its x-mcp-tool',
      ],
      [
        'a tool with a name that assistants refuse',
        (all) => (operationOf(all)['x-mcp-tool'] = { ...tool({}), name: 'a'.repeat(65) }),
        'x-mcp-tool.name: Invalid string',
      ],
      [
        'a reading tool that destroys',
        (all) => (operationOf(all)['x-mcp-tool'] = tool({ destructiveHint: true })),
        'listThings: readOnlyHint contradicts destructiveHint; say what the operation does',
      ],
      [
        'a reading tool that deletes',
        (all) => (all['paths'] = { '/a': { delete: { ...operationOf(all), 'x-mcp-tool': tool({}) } } }),
        'listThings: readOnlyHint contradicts DELETE; say what the operation does',
      ],
      [
        'an example that looks like a reference',
        (all) => (answerOf(all).content[json].example = { count: 1, $ref: 'a' }),
        'listThings 200: an example with $ref is taken for a reference; leave it out',
      ],
      [
        'a default that looks like a reference',
        field({ default: { $ref: 'a' } }),
        'components.schemas.Things.extra: an example with $ref is taken for a reference; leave it out',
      ],
      [
        'null in a list of a parameter',
        parameter({ schema: { type: 'array', items: { type: ['string', 'null'] } } }),
        'listThings.extra: null in a list has no form in a request; take null out of its items',
      ],
      [
        'a file outside the workspace',
        field({ $ref: '../../secret.yaml#/a' }),
        '../../secret.yaml#/a points at nothing',
      ],
      [
        'a request without a schema',
        (all) => (operationOf(all).requestBody.content[json] = {}),
        'listThings: a JSON request without a schema; describe it, or remove the requestBody',
      ],
      [
        'a request without a type',
        (all) => (operationOf(all).requestBody.content = {}),
        'listThings: a request of no type is not understood',
      ],
      [
        'a header of an answer whose schema does not exist',
        (all) => (answerOf(all).headers['X-A'] = { schema: refTo('Missing') }),
        'listThings 200: schema Missing does not exist; name a schema below #/components/schemas/',
      ],
      [
        'an example that is elsewhere',
        (all) => (answerOf(all).content[json].examples = { one: { externalValue: 'https://a.example.com' } }),
        'externalValue is not understood; write the value out',
      ],
      [
        'an example that does not fit',
        (all) => (answerOf(all).content[json].example = { count: 'many' }),
        'listThings 200: {"count":"many"} does not fit its schema: data/count must be integer; correct one of them',
      ],
      [
        'an example of a field that does not fit',
        field({ type: 'integer', examples: ['x'] }),
        'components.schemas.Things.extra: "x" does not fit its schema: data must be integer; correct one of them',
      ],
      [
        'a default that does not fit',
        field({ type: 'string', enum: ['a'], default: 'b' }),
        'components.schemas.Things.extra: "b" does not fit its schema',
      ],

      ...[
        ['minimum', 'maximum', 'integer'],
        ['minLength', 'maxLength', 'string'],
        ['exclusiveMinimum', 'exclusiveMaximum', 'number'],
      ].map(([least = '', most = '', type]) => [
        `${least} above ${most}`,
        field({ type, [least]: 5, [most]: 1 }),
        `components.schemas.Things.extra: nothing fits ${least} 5 and ${most} 1; correct one of them`,
      ]),
      ...[
        ['exclusiveMinimum', 'maximum'],
        ['minimum', 'exclusiveMaximum'],
        ['exclusiveMinimum', 'exclusiveMaximum'],
      ].map(([least = '', most = '']) => [
        `${least} that equals ${most}`,
        field({ type: 'number', [least]: 5, [most]: 5 }),
        `components.schemas.Things.extra: nothing fits ${least} 5 and ${most} 5; correct one of them`,
      ]),
      [
        'const beside enum',
        field({ const: 'a', enum: ['a', 'b'] }),
        'components.schemas.Things.extra: const does not go with an enum',
      ],
      [
        'a const that JavaScript cannot hold',
        field({ const: 2 ** 53 }),
        'a number of more than 2^53 is another one in JavaScript; write texts',
      ],
      [
        'a regular expression of another language',
        field({ type: 'string', pattern: '(?i)a\n' }),
        'Invalid group; write a regular expression of JavaScript, with the flag u',
      ],
      [
        'known values of a number',
        field({ type: 'integer', 'x-extensible-enum': ['1'] }),
        'components.schemas.Things.extra: x-extensible-enum goes with a text alone',
      ],
      [
        'known values beside an enum',
        field({ type: 'string', enum: ['a'], 'x-extensible-enum': ['a'] }),
        'x-extensible-enum goes with a text alone',
      ],
      [
        'known values of an object',
        field({ type: 'string', 'x-extensible-enum': refTo('Things') }),
        'x-extensible-enum must name an enum of texts; name one, or list the values',
      ],
      [
        'no known values',
        field({ type: 'string', 'x-extensible-enum': [] }),
        'components.schemas.Things.properties.extra.x-extensible-enum: Too small',
      ],
      [
        'x-argument in an answer',
        field({ type: 'string', 'x-argument': 'other' }),
        'components.schemas.Things.extra: x-argument has no effect here; write it beside a parameter, or in a field of a request',
      ],
      [
        'a discriminator without its property',
        field({ oneOf: [text], discriminator: { propertyname: 'kind' } }),
        'components.schemas.Things.properties.extra.discriminator',
      ],
      [
        'a discriminator that maps to nothing',
        field({ oneOf: [text], discriminator: { propertyName: 'kind', mapping: { a: 'Missing' } } }),
        'components.schemas.Things.extra: the discriminator maps to Missing, which does not exist; name a schema',
      ],
      [
        'fields beside a reference in an allOf',
        field({ allOf: [{ ...refTo('Things'), required: ['count'] }, object({ a: text })] }),
        'components.schemas.Things.extra.allOf[0]: required does not go with a reference; write a part of its own',
      ],
      [
        'a boolean bound of OpenAPI 3.0',
        field({ type: 'integer', exclusiveMinimum: true }),
        'exclusiveMinimum: Invalid input: expected number, received boolean; write the bound itself, as OpenAPI 3.1 does',
      ],
      [
        'a schema that is true',
        (all) => (schemasOf(all).Things.properties.extra = true),
        'components.schemas.Things.properties.extra: Invalid input: expected object, received boolean; write an object; {} is a schema of anything',
      ],
      [
        'a list that holds itself',
        schema('Tree', { type: 'array', items: refTo('Tree') }),
        'components.schemas.Tree: it contains itself with no object between; put a field of an object between',
      ],
      [
        'a choice of itself',
        schema('Tree', { anyOf: [text, refTo('Tree')] }),
        'components.schemas.Tree: it contains itself with no object between',
      ],
      [
        'references in a circle',
        (all) => {
          schema('One', refTo('Two'))(all);
          schema('Two', refTo('One'))(all);
          operationOf(all).requestBody.content[json].schema = refTo('One');
        },
        'components.schemas.One: it contains itself with no object between',
      ],
      [
        'more fields than anybody reads',
        (all) => {
          for (let at = 0; at < 20; at += 1)
            schema(
              `S${at}`,
              object({ a: at < 19 ? refTo(`S${at + 1}`) : text, b: at < 19 ? refTo(`S${at + 1}`) : text }),
            )(all);
          field(refTo('S0'))(all);
        },
        'listThings: the answer has more than 5000 fields; remove fields from its schemas',
      ],

      ...['Record', 'RegExp', 'NonNullable', '1st', '_'].map((name) => [
        `a schema called ${name}`,
        schema(name),
        `components.schemas.${name}: its name cannot be a constant; begin it with a letter and rename it`,
      ]),
      [
        'a schema with a name that is none',
        schema("it's"),
        "components.schemas.it's: only letters, digits, ., _ and - make a name",
      ],
      ...[
        ['order_line', 'OrderLine'],
        ['order-line', 'order_line'],
        ['Order2', 'Order_2'],
      ].map(([one = '', other = '']) => [
        `schemas called ${one} and ${other}`,
        (/** @type {Change} */ all) => {
          schema(one)(all);
          schema(other)(all);
        },
        'a schema of this name exists twice; rename one of them',
      ]),

      ...['Cookie', 'Host', 'Content-Length', 'User-Agent', 'Connection', 'Sec-Fetch-Mode'].map((name) => [
        `the header ${name} as a parameter`,
        parameter({ in: 'header', name }),
        `listThings.${name}: no caller can set this header; leave it out`,
      ]),
      [
        'a header with a space',
        parameter({ in: 'header', name: 'X A' }),
        'listThings.X A: no header can have this name; correct it',
      ],
      [
        'a parameter that every object has',
        parameter({ name: 'constructor' }),
        'listThings.constructor: every object of JavaScript has something of this name',
      ],
      [
        'an argument that every object has',
        parameter({ 'x-argument': 'toString' }),
        'listThings.extra: every object of JavaScript has something called toString; give it another name with x-argument',
      ],
      [
        'a parameter of anything',
        parameter({ schema: {} }),
        'listThings.extra: only texts, numbers, booleans and lists of them go into query',
      ],
      [
        'a list of lists as a parameter',
        parameter({ schema: { type: 'array', items: { type: 'array', items: { type: 'string' } } } }),
        'listThings.extra: only texts, numbers, booleans and lists of them go into query',
      ],
      [
        'a required parameter that may be null',
        parameter({ required: true, schema: { type: ['string', 'null'] } }),
        'listThings.extra: a required parameter cannot be null; take null out of its schema',
      ],
      [
        'a name beside the reference of a parameter',
        (all) => {
          all['components'].parameters = { P: { in: 'query', name: 'p', schema: { type: 'string' } } };
          operationOf(all).parameters = [{ $ref: '#/components/parameters/P', required: true }];
        },
        'paths./things.post.parameters[0]: required beside #/components/parameters/P means nothing; say it where the reference points',
      ],
      [
        'a reference that is no URL',
        (all) => (operationOf(all).parameters = [{ $ref: '#/components/parameters/100%' }]),
        '#/components/parameters/100% points at nothing; name a component of this document',
      ],
      [
        'a reference to what every object has',
        field(refTo('toString')),
        'schema toString does not exist; name a schema below #/components/schemas/',
      ],
      [
        'security that needs two tokens',
        (all) => (all['security'] = [{ token: [], other: [] }]),
        'listThings: the security scheme other does not exist; describe it under components.securitySchemes',
      ],
    ]),
  )('%s', (_, change, message) => {
    const refusal = refusalOf(changed(change));
    expect(refusal).toContain(message);
    // One line for each fault: its place, what is wrong, and the way out.
    for (const line of refusal.split('\n')) expect(line).toMatch(/.+: .+; .+/);
  });

  it.each([
    ['a tab', 'openapi:\n\t3.1.0', 'openapi.yaml: '],
    [
      'a key twice',
      'openapi: 3.1.0\nopenapi: 3.1.0',
      'openapi.yaml: Map keys must be unique at line 2, column 1; correct the YAML',
    ],
    ['a status twice, once as a number', "responses:\n  200: a\n  '200': b", 'Map keys must be unique'],
    ['two documents', 'a: 1\n---\nb: 2', 'Source contains multiple documents'],
    ['an unknown tag', 'a: !foo b', 'Unresolved tag: !foo'],
    ['an alias of nothing', 'a: *nope', 'Unresolved alias'],
    [
      'an alias of what contains it',
      'a: &a\n  b: *a',
      'openapi.yaml: an alias refers to what contains it, or it is nested too deep; write the value out',
    ],
    [
      'a number that JSON has not',
      'a: .inf',
      'openapi.yaml: a is Infinity, which JSON has not; write a number',
    ],
    ['an empty file', '', 'the document: the file holds no OpenAPI document; write one'],
    ['a list', '- 1', 'the document: the file holds no OpenAPI document; write one'],
  ])('%s', (_, document, message) => {
    const refusal = refusalOf(document);
    expect(refusal).toContain(message);
    // A text that cannot be read is not said to hold no document, too.
    expect(refusal.includes('holds no')).toBe(message.includes('holds no'));
  });

  it.each([
    [
      'an argument that is required',
      (/** @type {Change} */ all) => (schemasOf(all).Filter.required = ['status']),
      'listThings.status: the product calls listThings without arguments, so none can be required',
    ],
    [
      'a success of another schema',
      (/** @type {Change} */ all) =>
        (operationOf(all).responses['202'] = {
          description: 'Later',
          content: { [json]: { schema: refTo('Filter') } },
        }),
      'listThings: the product reads its answers, so all of them need one schema; describe them by one schema',
    ],
  ])('of what the product calls by itself, %s', (_, change, message) => {
    const document = changed((all) => {
      schemasOf(all).Filter.properties.status['x-privacy'] = 'public';
      change(all);
    });
    expect(() => readDocument(document, { withoutArguments: ['listThings'] })).toThrow(message);
    expect(readDocument(document).operations).toHaveLength(1);
  });

  it('a fault of another file, with its name', () => {
    const document = changed(field({ $ref: 'other.yaml#/Thing' }));
    expect(refusalOf(document, () => 'a: 1\na: 2')).toContain('other.yaml: Map keys must be unique');
  });
});

describe('is understood:', () => {
  /** @param {(document: Change) => void} change */
  const operationAfter = (change) => {
    const [operation] = readDocument(changed(change)).operations;
    return operation ?? expect.fail('the document has an operation');
  };

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/hal+json'])(
    'an answer of %s as JSON',
    (type) => {
      const { successes } = operationAfter((all) => {
        answerOf(all).content = { [type]: { schema: refTo('Things') } };
      });
      expect(successes).toMatchObject([{ contentType: json, schema: 'Things' }]);
    },
  );

  it('a mark beside the reference of an answer, which counts', () => {
    const { answer } = operationAfter((all) => (answerOf(all).content[json].schema['x-privacy'] = 'secret'));
    expect(answer?.fields?.['count']?.privacy).toBe('secret');
  });

  it('a mark on the message of a problem, which counts for its words', () => {
    const { words } = operationAfter((all) => {
      const message = { type: 'string', 'x-privacy': 'secret' };
      operationOf(all).responses['422'] = {
        description: 'No',
        content: { 'application/problem+json': { schema: object({ message }) } },
      };
    });
    expect(words).toBe('secret');
  });

  it.each([
    ['an error that can be anything', object({ error: { 'x-privacy': 'secret' }, message: text })],
    ['a map', { type: 'object', additionalProperties: { type: 'string', 'x-privacy': 'secret' } }],
    ['anything', { 'x-privacy': 'secret' }],
  ])('a mark on a failure that is %s, which counts for its words', (_, failure) => {
    const { words } = operationAfter((all) => {
      operationOf(all).responses['404'] = {
        description: 'No',
        content: { [json]: { schema: object({ message: text }) } },
      };
      operationOf(all).responses['422'] = { description: 'No', content: { [json]: { schema: failure } } };
    });
    expect(words).toBe('secret');
  });

  it('an answer whose headers and examples are called like keywords', () => {
    const { successes } = operationAfter((all) => {
      all['components'].headers = { Count: { schema: { type: 'integer' } } };
      all['components'].examples = { One: { value: { count: 1 } } };
      answerOf(all).headers = { schema: { $ref: '#/components/headers/Count' } };
      answerOf(all).content[json].examples = { example: { $ref: '#/components/examples/One' } };
    });
    expect(successes).toMatchObject([{ example: { count: 1 } }]);
  });

  it('an example of a request that no longer fits, which is a text for readers', () => {
    const { requestSchema } = operationAfter((all) => {
      schemasOf(all).Filter.properties.status.examples = ['archived'];
      operationOf(all).requestBody.content[json].example = { status: 'archived' };
    });
    expect(requestSchema).toBe('Filter');
  });

  it('an anchor that is used often', () => {
    const [before = '', after = ''] = documentWith().split('"tags":[]');
    const tags = `"tags":[&tag {"name":"a"}${', *tag'.repeat(500)}]`;
    expect(readDocument(`${before}${tags}${after}`).operations).toHaveLength(1);
  });

  it.each(['Authorization', 'accept', 'Content-Type'])(
    'the header %s as a parameter, which OpenAPI ignores',
    (name) => {
      const { arguments: own, parameters } = operationAfter(
        parameter({ in: 'header', name, required: true }),
      );
      expect([own.map((each) => each.name), parameters]).toEqual([['status'], []]);
    },
  );

  it('a request that may be null, as one argument', () => {
    const { arguments: own } = operationAfter(
      schema('Filter', { ...object({ a: { type: 'string' } }), type: ['object', 'null'] }),
    );
    expect(own.map(({ name }) => name)).toEqual(['body']);
  });

  it('a list that is empty, beside another type, whose mark counts', () => {
    expect(
      refusalOf(
        changed(
          (all) =>
            (schemasOf(all).Things.properties.extra = { type: ['array', 'string'], items: {}, maxItems: 0 }),
        ),
      ),
    ).toContain('the field extra needs an x-privacy mark');
  });

  it('a reference into a schema, whose target becomes one', () => {
    const { answer } = operationAfter(field({ $ref: '#/components/schemas/Things/properties/count' }));
    expect(answer?.fields?.['extra']?.types).toEqual(['integer']);
  });

  it('a choice of ways to authorize, one of which is the token', () => {
    const { isPublic } = operationAfter((all) => {
      all['components'].securitySchemes.key = { type: 'apiKey' };
      all['security'] = [{ key: [] }, { token: [] }];
    });
    expect(isPublic).toBe(false);
  });

  it('a schema with a reserved word as its name', () => {
    expect(readDocument(changed(schema('default'))).identifiers.get('default')).toBe('Default');
  });
});
