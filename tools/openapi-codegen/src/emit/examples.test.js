// @ts-check
import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read.js';
import { emitExamples } from './examples.js';
import { documentWith } from '../testing/document-with.js';

/** @param {Record<string, unknown>} media @param {Record<string, unknown>} schemas */
function answerOf(media, schemas = {}) {
  const schema = { $ref: '#/components/schemas/Things' };
  const responses = {
    200: { description: 'Things', content: { 'application/json': { schema, ...media } } },
  };
  const source = emitExamples(readDocument(documentWith({ operation: { responses }, schemas })));
  const [, literal = ''] = /documentedAnswers.*? = (.*);/.exec(source) ?? [];
  return JSON.parse(literal).listThings;
}

const text = { type: 'string', 'x-privacy': 'public' };
const object = (/** @type {Record<string, unknown>} */ properties, required = Object.keys(properties)) => ({
  type: 'object',
  required,
  properties,
});

describe('the documented answer', () => {
  it.each([
    ['an example of the answer', { example: { count: 1 } }, { count: 1 }],
    [
      'the first of several',
      { examples: { one: { value: { count: 1 } }, two: { value: { count: 2 } } } },
      { count: 1 },
    ],
  ])('is %s', (_, media, body) => {
    expect(answerOf(media)).toEqual({ status: 200, body });
  });

  it.each([
    ['its schema', { ...object({ a: text }), examples: [{ a: 'x' }] }, { a: 'x' }],
    ['its fields', object({ a: { ...text, examples: ['x'] } }), { a: 'x' }],
    [
      'defaults, constants and enumerations',
      object({ a: { ...text, default: 'd' }, b: { ...text, const: 'c' }, c: { ...text, enum: ['e', 'f'] } }),
      { a: 'd', b: 'c', c: 'e' },
    ],
    [
      'the elements of a list',
      object({ list: { type: 'array', items: object({ a: { ...text, examples: ['x'] } }) } }),
      { list: [{ a: 'x' }] },
    ],
    [
      'an option of a choice that holds something',
      object({
        a: { oneOf: [{ type: 'null' }, object({ b: { ...text, examples: ['x'] } })], 'x-privacy': 'public' },
      }),
      { a: { b: 'x' } },
    ],
    [
      'what may be left out and has one',
      object({ a: { ...text, examples: ['x'] }, b: text }, ['a']),
      { a: 'x' },
    ],
    [
      'null, where a value must be there and has none',
      object({ a: { ...text, examples: ['x'] }, b: { ...text, type: ['string', 'null'] } }),
      { a: 'x', b: null },
    ],
  ])('is put together from examples of %s', (_, Things, body) => {
    expect(answerOf({}, { Things })).toEqual({ status: 200, body });
  });

  it.each([
    ['a value that must be there has no example', object({ a: { ...text, examples: ['x'] }, b: text })],
    ['nothing has an example', object({ a: text }, [])],
    ['it contains itself', object({ again: { $ref: '#/components/schemas/Things' } })],
  ])('does not exist where %s', (_, Things) => {
    expect(answerOf({}, { Things })).toBeUndefined();
  });

  it('has no body where the document describes none', () => {
    const operation = { responses: { 204: { description: 'Nothing' } } };
    expect(emitExamples(readDocument(documentWith({ operation })))).toContain(
      '{"listThings":{"status":204}}',
    );
  });
});

it('the fields of an object that have an example are shown, also where the object has none', () => {
  const Thing = object({ code: { ...text, pattern: '^A-', examples: ['A-1'] }, note: text });
  expect(emitExamples(readDocument(documentWith({ schemas: { Thing } })))).toContain(
    '"Thing":{"code":"A-1"}',
  );
});
