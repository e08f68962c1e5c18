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

it('a field has its example where only that fits, and is left out where it has none', () => {
  const fields = { code: { types: ['string'] }, size: { types: ['integer'] }, note: { types: ['string'] } };
  const allows = (name: string, value: unknown) => name === 'note' || value === 'A-1';
  expect(
    inventedFields({ types: ['object'], fields }, {}, { examples: { code: 'A-1', size: 7 }, allows }),
  ).toEqual({
    code: 'A-1',
    note: 'text',
  });
});
