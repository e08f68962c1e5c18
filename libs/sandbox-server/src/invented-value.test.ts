import { describe, expect, it } from 'vitest';
import { inventedFields } from './invented-value.js';

const invent = (types: readonly string[], knownValues?: readonly (string | number | boolean)[]) =>
  Array.from({ length: 50 }, () => {
    const field = { types, ...(knownValues && { knownValues }) };
    return inventedFields({ types: ['object'], fields: { value: field } }, {})['value'];
  });

describe('an invented value', () => {
  it('is one that the document lists, of a type that it names', () => {
    expect(new Set(invent(['string', 'integer', 'null'], ['paid', 7]))).toEqual(new Set(['paid', 7, null]));
  });

  it('is of the type of the field where the document lists none', () => {
    for (const value of invent(['integer'])) expect(value).toSatisfy(Number.isInteger);
    expect(new Set(invent(['string'], [1]))).toEqual(new Set(['text']));
  });
});

it('a field that an object has is not invented', () => {
  expect(
    inventedFields({ types: ['object'], fields: { value: { types: ['string'] } } }, { value: 1 }),
  ).toEqual({});
});
