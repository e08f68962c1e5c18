// @ts-check
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { generate } from './generate.js';
import { documentWith } from './testing/document-with.js';

const place = { documentPath: 'openapi/test.yaml', outputPath: 'libs/test/src/generated' };

/** @param {Record<string, unknown>} schemas */
const schemasOf = async (schemas) => (await generate(documentWith({ schemas }), place))['schemas.ts'];

/** A component schema with one property. @param {Record<string, unknown>} property */
const holding = (property) => ({ type: 'object', properties: { value: property } });

describe('one document', () => {
  it('gives the same files every time', async () => {
    expect(await generate(documentWith(), place)).toEqual(await generate(documentWith(), place));
  });

  it('gives the same files whatever its line ends are', async () => {
    const text = await readFile(new URL('../../../openapi/wemasy-orders.yaml', import.meta.url), 'utf8');
    const unix = text.replaceAll('\r\n', '\n');
    const options = { ...place, writes: ['syncOrder'] };
    expect(await generate(unix.replaceAll('\n', '\r\n'), options)).toEqual(await generate(unix, options));
  });

  it('puts its own hash into every file', async () => {
    const hashes = Object.values(await generate(documentWith(), place)).map(
      (file) => /SHA-256 of the document: ([0-9a-f]{64})/.exec(file)?.[1],
    );
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toBeDefined();
  });
});

describe('schemas.ts', () => {
  it.each([
    ['a string', { type: 'string' }, 'z.string().exactOptional()'],
    [
      'a bounded string',
      { type: 'string', minLength: 1, maxLength: 9 },
      'z.string().min(1).max(9).exactOptional()',
    ],
    ['a pattern', { type: 'string', pattern: '^a\\d$' }, "z.string().regex(new RegExp('^a\\\\d$', 'u'))"],
    ['an integer', { type: 'integer', minimum: 1, maximum: 100 }, 'z.int().min(1).max(100).exactOptional()'],
    ['a number', { type: 'number' }, 'z.number().exactOptional()'],
    ['a nullable boolean', { type: ['boolean', 'null'] }, 'z.boolean().nullable().exactOptional()'],
    ['several types', { type: ['boolean', 'integer', 'null'] }, 'z.union([z.boolean(), z.int()]).nullable()'],
    ['an enum', { type: 'string', enum: ['a', 'b'] }, "z.enum(['a', 'b']).exactOptional()"],
    ['a list', { type: 'array', items: { type: 'string' } }, 'z.array(z.string()).exactOptional()'],
    [
      'an empty list',
      { type: 'array', items: {}, maxItems: 0 },
      'z.array(z.unknown()).max(0).exactOptional()',
    ],
    ['a list of anything', { type: 'array', items: {} }, 'z.array(z.unknown()).exactOptional()'],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'string' } },
      'z.record(z.string(), z.string())',
    ],
    ['an open map', { type: 'object', additionalProperties: true }, 'z.record(z.string(), z.unknown())'],
    ['a choice', { anyOf: [{ type: 'string' }, { type: 'null' }] }, 'z.string().nullable().exactOptional()'],
  ])('describes %s', async (_, property, source) => {
    expect(
      (await schemasOf({ Extra: holding(property) })).replaceAll(/\s+/g, ' ').replaceAll(/ \./g, '.'),
    ).toContain(`value: ${source}`);
  });

  it('shows the first paragraph of a description and keeps the rest for maintainers', async () => {
    const description = 'What it\nis.\n\nWhat only maintainers need.';
    const files = await generate(
      documentWith({ schemas: { Extra: holding({ type: 'string', description }) } }),
      place,
    );
    expect(files['schemas.ts']).toContain(".describe('What it is.')");
    expect(files['schemas.ts']).not.toContain('maintainers need');
    expect(files['schema.ts']).toContain('What only maintainers need.');
  });

  it('puts a schema after those that it refers to', async () => {
    const source = await schemasOf({
      First: holding({ $ref: '#/components/schemas/Second' }),
      Second: holding({ type: 'string' }),
    });
    expect(source.indexOf('const Second')).toBeLessThan(source.indexOf('const First'));
  });
});

describe('a document that is not understood', () => {
  it.each([
    ['an unknown keyword', holding({ type: 'array', uniqueItems: true }), 'uniqueItems is not understood'],
    [
      'an unknown keyword deep inside',
      holding({ anyOf: [{ type: 'string', nullable: true }] }),
      "components.schemas.Extra.properties.value.anyOf[0]: nullable is not understood; add 'null' to the type",
    ],
    [
      'a keyword beside the wrong type',
      holding({ type: 'string', minimum: 1 }),
      'minimum does not go with string',
    ],
    [
      'a constraint without a type',
      holding({ minimum: 1 }),
      'minimum does not go with a schema without a type',
    ],
    [
      'a nullable enum written as a type list',
      holding({ type: ['string', 'null'], enum: ['a'] }),
      'write an anyOf with null',
    ],
    ['a list without items', holding({ type: 'array' }), 'an array needs items'],
    ['an object without content', { type: 'object' }, 'needs properties or additionalProperties'],
    ['a required name without a property', { ...holding({ type: 'string' }), required: ['other'] }, 'other'],
    [
      'properties beside a map with a schema',
      { ...holding({ type: 'string' }), additionalProperties: { type: 'string' } },
      'not understood',
    ],
    ['a reference to nothing', holding({ $ref: '#/components/schemas/Missing' }), 'Missing does not exist'],
    [
      'a reference to a missing file',
      holding({ $ref: 'other.yaml#/Thing' }),
      'other.yaml#/Thing points at nothing',
    ],
    ['an unknown privacy mark', holding({ type: 'string', 'x-privacy': 'hidden' }), 'x-privacy'],
  ])('stops code generation: %s', async (_, schema, message) => {
    await expect(schemasOf({ Extra: schema })).rejects.toThrow(message);
  });

  it('stops code generation when a rate limit contradicts the header example', async () => {
    await expect(generate(documentWith({ limitExample: 5 }), place)).rejects.toThrow(
      'listThings: x-rate-limit says 60, the example of X-RateLimit-Limit says 5',
    );
  });

  it('stops code generation when an operation has no rate limit', async () => {
    await expect(generate(documentWith({ operation: { 'x-rate-limit': undefined } }), place)).rejects.toThrow(
      'x-rate-limit',
    );
  });

  it('stops code generation when a field of an answer does not say who may see it', async () => {
    const Things = { type: 'object', properties: { secret: { type: 'string' } } };
    await expect(generate(documentWith({ schemas: { Things } }), place)).rejects.toThrow(
      'listThings: the field secret needs an x-privacy mark',
    );
  });

  it('stops code generation when a field inside a list does not say who may see it', async () => {
    const Things = {
      type: 'object',
      properties: { list: { type: 'array', items: holding({ type: 'string' }) } },
    };
    await expect(generate(documentWith({ schemas: { Things } }), place)).rejects.toThrow(
      'the field list[].value needs an x-privacy mark',
    );
  });
});

describe('the arguments of an operation', () => {
  /** @param {Record<string, unknown>} operation @param {Record<string, unknown>} [schemas] */
  const argumentsOf = async (operation, schemas = {}) => {
    return operationsIn(await generate(documentWith({ operation, schemas }), place)).listThings.arguments;
  };
  const body = (/** @type {unknown} */ schema) => ({
    requestBody: { content: { 'application/json': { schema } } },
  });

  it('are one flat namespace over path, body, query and header', async () => {
    const parameters = [
      { name: 'page', in: 'query', schema: { type: 'integer' } },
      { name: 'X-Tenant', in: 'header', schema: { type: 'string' } },
    ];
    expect(await argumentsOf({ parameters })).toEqual({
      status: { in: 'body' },
      page: { in: 'query' },
      'X-Tenant': { in: 'header' },
    });
  });

  it('may have another name than at the API', async () => {
    const parameters = [
      { name: 'filter[status]', in: 'query', 'x-argument': 'only', schema: { type: 'string' } },
    ];
    expect(await argumentsOf({ parameters })).toMatchObject({
      only: { in: 'query', field: 'filter[status]' },
    });
  });

  it.each([
    ['a list', { type: 'array', items: { type: 'string' } }],
    ['a map', { type: 'object', additionalProperties: { type: 'string' } }],
    ['a choice', { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
    ['an object that contains itself', { $ref: '#/components/schemas/Node' }],
  ])('have a body that is %s as one argument', async (_, schema) => {
    const Node = { type: 'object', properties: { next: { $ref: '#/components/schemas/Node' } } };
    expect(await argumentsOf(body(schema), { Node })).toEqual({ body: { in: 'body', isWhole: true } });
  });
});

describe('operations.ts', () => {
  /** @param {readonly Record<string, unknown>[]} options */
  const generatedFrom = async (options) => {
    const Things = { type: 'object', properties: { owner: { anyOf: options } } };
    const Owner = { type: 'object', properties: { name: { type: 'string', 'x-privacy': 'name' } } };
    const Nothing = { type: 'array', maxItems: 0, items: {} };
    const files = await generate(documentWith({ schemas: { Things, Owner, Nothing } }), place);
    return files['operations.ts'];
  };
  const owner = { $ref: '#/components/schemas/Owner' };

  it('holds the fields of an object that may also be null or an empty array', async () => {
    const nothing = [{ $ref: '#/components/schemas/Nothing' }, { type: 'null' }];
    expect(await generatedFrom([owner, ...nothing])).toContain(
      "fields: { name: { privacy: 'name', types: ['string'] } }",
    );
  });

  it('needs a mark on a field that may be an object or a text', async () => {
    await expect(generatedFrom([owner, { type: 'string' }])).rejects.toThrow(
      'the field owner needs an x-privacy mark',
    );
  });

  it('holds path, method, limit and every field of the answer with its privacy', async () => {
    const Things = {
      type: 'object',
      required: ['list'],
      properties: {
        list: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
        state: {
          type: ['string', 'null'],
          'x-privacy': 'public',
          'x-extensible-enum': { $ref: '#/components/schemas/State' },
        },
      },
    };
    const Thing = {
      type: 'object',
      properties: { owner: { type: 'string', 'x-privacy': 'name', description: 'Who owns it.' } },
    };
    const State = { type: 'string', enum: ['open', 'closed'] };
    const files = await generate(documentWith({ schemas: { Things, Thing, State } }), place);
    expect(operationsIn(files)).toEqual({
      listThings: {
        operationId: 'listThings',
        method: 'POST',
        path: '/things',
        summary: 'List things',
        rateLimit: { limit: 60, windowSeconds: 60 },
        arguments: { status: { in: 'body' } },
        argumentsSchema: 'ListThingsArguments',
        requestSchema: 'Filter',
        successStatus: 200,
        responseSchema: 'Things',
        answer: {
          types: ['object'],
          fields: {
            list: {
              types: ['array'],
              items: {
                types: ['object'],
                fields: { owner: { privacy: 'name', types: ['string'] } },
              },
            },
            state: { privacy: 'public', types: ['string', 'null'], knownValues: ['open', 'closed'] },
          },
        },
        words: 'secret',
      },
    });
  });
});

/** The operations of the generated files. @param {Record<'calls.ts' | 'operations.ts', string>} files */
function operationsIn(files) {
  const [, calls = ''] = /calls = (\{.*\}) as const/s.exec(files['calls.ts']) ?? [];
  const [, operations = ''] = /operations = (\{.*\}) as const/s.exec(files['operations.ts']) ?? [];
  return new Function(`const calls = ${calls}; return ${operations};`)();
}
