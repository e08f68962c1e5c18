// @ts-check
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from './read.js';
import { levels } from './marks.js';
import { documentWith } from '../testing/document-with.js';

/** @import { AnswerField } from './answer-fields.js' */

/** The answer of a document with these schemas; `Things` is its root. @param {Record<string, unknown>} schemas */
function answerOf(schemas) {
  const [operation] = readDocument(documentWith({ schemas })).operations;
  /** @type {AnswerField} */
  const plain = JSON.parse(JSON.stringify(operation?.answer));
  return plain;
}

const object = (/** @type {Record<string, unknown>} */ properties, mark = {}) => ({
  type: 'object',
  properties,
  ...mark,
});
const text = (/** @type {string} */ mark) => ({ type: 'string', 'x-privacy': mark });
const marked = (/** @type {string} */ mark) => ({ 'x-privacy': mark });

describe('a mark', () => {
  it.each([
    [
      'of an object counts for its fields',
      object({ a: text('public') }, marked('personal')),
      { a: 'personal' },
    ],
    ['of an object weakens no field', object({ a: text('secret') }, marked('public')), { a: 'secret' }],
    [
      'of a reference does not weaken that of its schema',
      { $ref: '#/components/schemas/Strict', ...marked('public') },
      { a: 'personal' },
    ],
    [
      'of a schema does not weaken that of its reference',
      { $ref: '#/components/schemas/Loose', ...marked('secret') },
      { a: 'secret' },
    ],
    [
      'of whatever a map holds counts',
      { type: 'object', additionalProperties: marked('secret'), ...marked('public') },
      { '*': 'secret' },
    ],
    [
      'of whatever an array holds counts',
      { type: 'array', items: marked('secret'), ...marked('public') },
      { '[]': 'secret' },
    ],
    [
      'of one option counts for a field of another',
      { oneOf: [object({ a: text('public') }), object({ a: text('secret') })] },
      { a: 'secret' },
    ],
    [
      'of a map counts for a field of the same choice',
      { anyOf: [object({ a: text('public') }), { type: 'object', additionalProperties: text('personal') }] },
      { a: 'personal', '*': 'personal' },
    ],
    [
      'of an array counts for its elements',
      { type: 'array', items: { type: 'string' }, ...marked('name') },
      { '[]': 'name' },
    ],
    [
      'in nested arrays and maps is found',
      {
        type: 'array',
        items: {
          type: 'array',
          items: { type: 'object', additionalProperties: object({ a: text('secret') }) },
        },
      },
      { '[][].*.a': 'secret' },
    ],
    [
      'of a part of an allOf counts for the whole',
      { allOf: [object({ a: text('public') }, marked('personal')), object({ b: text('public') })] },
      { a: 'personal', b: 'personal' },
    ],
    [
      'beside an allOf of one part does not weaken that part',
      { allOf: [object({ a: text('public') }, marked('secret'))], ...marked('public') },
      { a: 'secret' },
    ],
  ])('%s', (_, field, expected) => {
    const answer = answerOf({
      Things: object({ field }),
      Strict: object({ a: text('public') }, marked('personal')),
      Loose: object({ a: text('public') }),
    });
    expect(marksIn(answer.fields?.['field'])).toEqual(expected);
  });

  it('counts again for what contains itself, where it is reached through a stricter one', () => {
    const category = { $ref: '#/components/schemas/Category' };
    const answer = answerOf({
      Things: object({ category }),
      Category: object({
        name: text('public'),
        parent: category,
        hidden: { ...category, ...marked('secret') },
      }),
    });
    const { fields } = answer.fields?.['category'] ?? expect.fail('no category');
    expect(fields?.['parent']).toEqual({ types: ['object'], again: 1 });
    expect(fields?.['hidden']?.fields?.['name']?.privacy).toBe('secret');
    expect(fields?.['hidden']?.fields?.['parent']?.fields?.['name']?.privacy).toBe('secret');
  });
});

/** The marks of all values below a field, by path. @param {AnswerField | undefined} field */
function marksIn(field, path = '') {
  /** @type {Record<string, string>} */
  const marks = {};
  if (field?.privacy !== undefined) marks[path] = field.privacy;
  const below = (/** @type {string} */ end) => (path === '' || end === '[]' ? path + end : `${path}.${end}`);
  for (const [name, child] of Object.entries(field?.fields ?? {}))
    Object.assign(marks, marksIn(child, below(name)));
  if (field?.values !== undefined) Object.assign(marks, marksIn(field.values, below('*')));
  if (field?.items !== undefined) Object.assign(marks, marksIn(field.items, below('[]')));
  return marks;
}

describe('in any document', () => {
  const mark = fc.constantFrom(...levels);
  const optionally = fc.option(mark, { nil: undefined });
  const names = fc.constantFrom('a', 'b', 'c');
  const withMark = (/** @type {object} */ schema, /** @type {string | undefined} */ own) =>
    own === undefined ? schema : { ...schema, 'x-privacy': own };

  const { schema: anySchema } = fc.letrec(
    /** @type {fc.LetrecTypedBuilder<{ schema: object }>} */ (
      (tie) => ({
        schema: fc.oneof(
          { maxDepth: 4, depthSize: 'small' },
          mark.map((own) => withMark({}, own)),
          fc
            .tuple(fc.constantFrom('string', 'integer', 'null'), mark)
            .map(([type, own]) => withMark({ type }, own)),
          fc
            .tuple(fc.dictionary(names, tie('schema'), { minKeys: 1, maxKeys: 3 }), optionally)
            .map(([properties, own]) => withMark({ type: 'object', properties }, own)),
          fc
            .tuple(tie('schema'), optionally)
            .map(([additionalProperties, own]) => withMark({ type: 'object', additionalProperties }, own)),
          fc.tuple(tie('schema'), optionally).map(([items, own]) => withMark({ type: 'array', items }, own)),
          fc
            .tuple(fc.array(tie('schema'), { minLength: 1, maxLength: 3 }), optionally)
            .map(([oneOf, own]) => withMark({ oneOf }, own)),
          fc.tuple(fc.constantFrom('One', 'Two'), mark).map(([name, own]) => ({
            $ref: `#/components/schemas/${name}`,
            'x-privacy': own,
          })),
        ),
      })
    ),
  );

  /**
   * The marks that the schema itself has on the way to each value, found without the generator.
   *
   * @param {unknown} node
   * @param {Record<string, unknown>} schemas
   * @param {readonly string[]} path
   * @param {readonly string[]} marks
   * @param {number} depth
   * @returns {{ path: readonly string[], marks: readonly string[] }[]}
   */
  function waysIn(node, schemas, path, marks, depth) {
    const schema = Object(node);
    const all = schema['x-privacy'] === undefined ? marks : [...marks, schema['x-privacy']];
    if (depth > 7) return [];
    const next = (/** @type {unknown} */ child, /** @type {string[]} */ ...end) =>
      waysIn(child, schemas, [...path, ...end], all, depth + 1);
    if (schema.$ref !== undefined) return next(schemas[schema.$ref.split('/').at(-1)]);
    if (schema.oneOf !== undefined) return schema.oneOf.flatMap((/** @type {unknown} */ each) => next(each));
    if (schema.properties !== undefined) {
      return Object.entries(schema.properties).flatMap(([name, child]) => next(child, name));
    }
    if (schema.additionalProperties !== undefined) {
      return ['a', 'other'].flatMap((name) => next(schema.additionalProperties, name));
    }
    if (schema.items !== undefined) return next(schema.items, '[]');
    return schema.type === 'null' ? [] : [{ path, marks: all }];
  }

  /** @param {AnswerField} root @param {readonly string[]} path */
  function at(root, path) {
    /** @type {AnswerField[]} */
    const trail = [root];
    for (const step of path) {
      const here = trail.at(-1);
      const child = step === '[]' ? here?.items : (here?.fields?.[step] ?? here?.values);
      if (child === undefined) return undefined;
      if (child.again === undefined) trail.push(child);
      else trail.splice(trail.length - child.again + 1);
    }
    return trail.at(-1);
  }

  it('no value has a weaker mark than any mark on its way', () => {
    fc.assert(
      fc.property(anySchema, anySchema, anySchema, (field, one, two) => {
        const schemas = { One: object({ one }), Two: object({ two }), Things: object({ field }) };
        const answer = answerOf(schemas);
        for (const { path, marks } of waysIn(schemas.Things, schemas, [], [], 0)) {
          const shown = at(answer, path)?.privacy;
          if (shown === undefined) expect.fail(`${path.join('.')} has no mark`);
          for (const mark of marks)
            expect(levels.findIndex((level) => level === shown)).toBeGreaterThanOrEqual(
              levels.findIndex((level) => level === mark),
            );
        }
      }),
      { numRuns: 500 },
    );
  });
});
