import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { nothingSelected, validate } from './validation.js';

/** The sentences for one field of a given type. */
function sentences(type: z.ZodType, value: unknown): string[] {
  const validated = validate(z.object({ per_page: type }), { per_page: value });
  return validated.ok ? [] : (validated.failure.errors['per_page'] ?? []);
}

describe("Laravel's sentences follow from the schema", () => {
  it.each([
    ['a missing value', z.int(), undefined, 'The per page field is required.'],
    ['null where it may not be', z.int(), null, 'The per page field is required.'],
    ['a missing choice', z.enum(['a']), undefined, 'The per page field is required.'],
    ['text for an integer', z.int(), 'ten', 'The per page field must be an integer.'],
    ['a fraction for an integer', z.int().nullable(), 1.5, 'The per page field must be an integer.'],
    ['a list for an integer', z.int().exactOptional(), [1], 'The per page field must be an integer.'],
    ['text for a number', z.number(), 'ten', 'The per page field must be a number.'],
    ['a number for text', z.string(), 5, 'The per page field must be a string.'],
    ['text for a boolean', z.boolean(), 'yes', 'The per page field must be true or false.'],
    ['text for a list', z.array(z.string()), 'a', 'The per page field must be an array.'],
    ['text for an object', z.record(z.string(), z.unknown()), 'a', 'The per page field must be an array.'],
    ['an unknown choice', z.enum(['a', 'b']).nullable(), 'c', 'The selected per page is invalid.'],
    ['a number below the least', z.int().min(1), 0, 'The per page field must be at least 1.'],
    ['a number not above', z.number().gt(1), 1, 'The per page field must be greater than 1.'],
    ['a number above the largest', z.int().max(100), 101, 'The per page field must not be greater than 100.'],
    ['text too short', z.string().min(3), 'ab', 'The per page field must be at least 3 characters.'],
    ['text too long', z.string().max(1), 'ab', 'The per page field must not be greater than 1 characters.'],
    ['too few items', z.array(z.int()).min(2), [1], 'The per page field must have at least 2 items.'],
    [
      'too many items',
      z.array(z.int()).max(1),
      [1, 2],
      'The per page field must not have more than 1 items.',
    ],
    ['no multiple', z.int().multipleOf(5), 7, 'The per page field must be a multiple of 5.'],
    ['text of another form', z.string().regex(/^\d+$/), 'x', 'The per page field format is invalid.'],
    ['none of two types', z.union([z.boolean(), z.int()]), 'x', 'The per page field must be true or false.'],
  ])('%s', (_, type, value, sentence) => {
    expect(sentences(type, value)).toEqual([sentence]);
  });

  it('names a camel-case field in words', () => {
    expect(validate(z.object({ sortKey: z.enum(['a']) }), { sortKey: 'b' })).toMatchObject({
      failure: { errors: { sortKey: ['The selected sort key is invalid.'] } },
    });
  });

  it('accepts a value once the schema has it', () => {
    expect(sentences(z.enum(['paid']), 'archived')).toHaveLength(1);
    expect(sentences(z.enum(['paid', 'archived']), 'archived')).toEqual([]);
  });
});

describe('the message', () => {
  const schema = z.object({ a: z.int(), b: z.int(), c: z.int() });
  it.each([
    [{ a: 1, b: 2 }, 'The c field is required.'],
    [{ a: 1 }, 'The b field is required. (and 1 more error)'],
    [{}, 'The a field is required. (and 2 more errors)'],
  ])('of %j is the first sentence and the number of the others', (input, message) => {
    expect(validate(schema, input)).toMatchObject({ ok: false, failure: { message } });
  });
});

describe('Laravel accepts', () => {
  it.each([
    ['42', 42],
    [' 42 ', 42],
    ['+7', 7],
    ['-3', -3],
    [5.0, 5],
    [true, 1],
  ])('%j for an integer', (value, integer) => {
    expect(validate(z.object({ n: z.int() }), { n: value })).toEqual({ ok: true, value: { n: integer } });
  });

  it.each(['042', '1e3', '4.0', '', 'x1', false])('but not %j', (value) => {
    expect(validate(z.object({ n: z.int() }), { n: value }).ok).toBe(false);
  });

  it('text that looks like a number, where text is asked for', () => {
    expect(validate(z.object({ s: z.string() }), { s: '42' })).toEqual({ ok: true, value: { s: '42' } });
  });

  it('unknown fields, even where the schema is strict', () => {
    expect(validate(z.strictObject({ n: z.int() }), { n: 1, extra: 2 })).toEqual({
      ok: true,
      value: { n: 1 },
    });
  });
});

it('reports a well-formed value that names no record', () => {
  expect(nothingSelected('order_id')).toEqual({
    message: 'The selected order id is invalid.',
    errors: { order_id: ['The selected order id is invalid.'] },
  });
});
