import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Shape } from './generated/calls.js';
import { faultsIn, fits } from './shape.js';

const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 9 });

/** One of each keyword that code generation lets through, and some of them together. */
const shapes: readonly Shape[] = [
  {},
  { type: 'string', minLength: 2, maxLength: 3 },
  { type: 'string', pattern: '^[a-c€]*$' },
  { type: 'integer', minimum: -1, maximum: 2 },
  { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1.5 },
  { type: 'number', multipleOf: 0.1 },
  { type: ['boolean', 'null'] },
  { type: ['string', 'integer'], minLength: 1, minimum: 1 },
  { enum: ['a', 1, null] },
  { const: 'a' },
  { const: null },
  { type: 'array' },
  { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 2 },
  { type: 'object', additionalProperties: { type: 'integer' } },
  { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
  { type: 'object', properties: { a: {}, b: { type: 'string' } }, additionalProperties: false },
  {
    anyOf: [
      { type: 'array', maxItems: 0 },
      { type: 'object', properties: { a: { const: 1 } } },
    ],
  },
];

const leaf = fc.oneof(
  fc.constantFrom(null, true, false, '', 'a', 'ab', 'a€', '😀', 'abcd', 0, -0, 1, -1, 2, 3, 0.3, 1.5, 1e21),
  fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10),
);
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'constructor', '__proto__'), tie('value')),
  ),
}));

describe('a shape', () => {
  it.each(shapes.map((shape) => [JSON.stringify(shape), shape] as const))(
    '%s takes what a JSON Schema validator takes, and names a fault in all else',
    (_, shape) => {
      const validate = ajv.compile(shape);
      fc.assert(
        fc.property(anyValue, (value) => {
          const accepted: unknown = validate(value);
          // Integers beyond 2^53 are the one known difference: JavaScript cannot hold them exactly.
          fc.pre(!JSON.stringify(value).includes('e+21'));
          expect(fits(shape, value)).toBe(accepted);
          expect(faultsIn(shape, value, 'x').length > 0).toBe(!accepted);
        }),
        { numRuns: 300 },
      );
    },
  );

  it('refuses a number that JavaScript does not hold exactly, and one that is none', () => {
    expect(fits({ type: 'integer' }, 2 ** 53)).toBe(false);
    expect(fits({ type: 'number' }, NaN)).toBe(false);
    expect(fits({ type: 'number' }, Infinity)).toBe(false);
  });
});

describe('a fault', () => {
  const shape: Shape = {
    type: 'object',
    properties: {
      status: { anyOf: [{ enum: ['paid', 'failed'] }, { type: 'null' }] },
      page: { type: 'integer', minimum: 1, maximum: 9 },
      lines: { type: ['array', 'null'], items: { type: 'object', properties: { sku: { type: 'string' } } } },
      kind: { anyOf: [{ const: 1 }, { type: 'boolean' }] },
      note: { type: 'null' },
    },
    required: ['page'],
    additionalProperties: false,
  };

  it.each([
    [{ page: 0 }, ['page must be a whole number from 1 up to 9']],
    [{}, ['page is required']],
    [
      { page: 1, satus: 'paid', status: 'x' },
      ['satus is not known', 'status must be one of "paid", "failed"'],
    ],
    [{ page: 1, lines: [{ sku: 'a' }, { sku: 1 }] }, ['lines.1.sku must be a text']],
    [{ page: 1, lines: 'a' }, ['lines must be a list']],
    [{ page: 1, kind: 2, note: 1 }, ['kind must be 1 or true or false', 'note must be null']],
    ['x', ['arguments must be an object']],
  ])('of %j is named where it is, in words, without its value', (value, sentences) => {
    const faults = faultsIn(shape, value, '');
    expect(faults.map(({ argument, fault }) => `${argument} ${fault}`)).toEqual(sentences);
  });
});
