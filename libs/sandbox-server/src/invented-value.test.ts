import { describe, expect, it } from 'vitest';
import type { AnswerField } from '@wemasy-orders/client/operations';
import { asDocumented, inventedFields } from './invented-value.js';

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

describe('an object of the vendor’s example', () => {
  const size = { types: ['integer'] };
  const documented = (fields: NonNullable<AnswerField['fields']>): AnswerField => ({
    types: ['object'],
    fields,
  });

  it('loses what the document lost, and has a value for what it gained, at every depth', () => {
    const field = documented({ id: size, box: documented({ width: size, height: size }) });
    const made = asDocumented(field, { id: 1, color: 'red', box: { width: 2, weight: 3 } });
    expect(made).toEqual({ id: 1, box: { width: 2, height: expect.any(Number) } });
    expect(Object.keys(made)).toEqual(['id', 'box']);
  });

  it('has another value where the document no longer allows its own', () => {
    const allows = (_: string, value: unknown) => typeof value === 'number';
    expect(asDocumented(documented({ id: size }), { id: '1' }, { allows })).toEqual({
      id: expect.any(Number),
    });
    const inside = () => ({ allows });
    expect(
      asDocumented(documented({ box: documented({ id: size }) }), { box: { id: null } }, { inside }),
    ).toEqual({ box: { id: expect.any(Number) } });
  });

  it('keeps a list, a text and nothing as they are', () => {
    const box = documented({ width: size });
    const values = { box: [], label: 'a', note: null };
    expect(asDocumented(documented({ box, label: box, note: box }), values)).toEqual(values);
  });
});
