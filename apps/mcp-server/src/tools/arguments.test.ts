import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseArguments } from './arguments.js';
import { injectedArguments } from './injected-arguments.js';
import { portableArguments, portableSchema } from './portable-schema.js';
import { exactArguments } from './tool.js';

const schema = z.strictObject({
  id: z.int().min(1).optional(),
  amount: z.int().min(1).max(100).default(25),
  loud: z.boolean().optional(),
  columns: z
    .array(z.enum(['id', 'total']))
    .min(1)
    .optional(),
  status: z.enum(['paid', 'on_hold']).nullable().optional(),
  query: z.string().optional(),
});
const rules = { schema, inputSchema: portableSchema(schema) };
const parse = (input: unknown) => parseArguments(rules, input);
const faultOf = (input: unknown): string => {
  try {
    parse(input);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'accepted';
};

describe('an argument sent as text', () => {
  it.each<[object, object]>([
    [{ id: '12' }, { id: 12 }],
    [{ id: ' 12\n' }, { id: 12 }],
    [{ amount: '100' }, { amount: 100 }],
    [{ loud: 'false' }, { loud: false }],
    [{ loud: 'True' }, { loud: true }],
    [{ columns: '["id","total"]' }, { columns: ['id', 'total'] }],
    [{ columns: 'id, total' }, { columns: ['id', 'total'] }],
    [{ columns: 'total' }, { columns: ['total'] }],
    [{ status: ' paid ' }, { status: 'paid' }],
    [{ query: 8 }, { query: '8' }],
    [{ query: ' 8 ' }, { query: ' 8 ' }],
    [{ query: 'null' }, { query: 'null' }],
  ])('%j is taken as %j', (input, meant) => {
    expect(parse(input).values).toEqual({ amount: 25, ...meant });
  });

  it.each([
    [{ id: '31x' }, 'id: must be a whole number from 1 in digits, e.g. 12'],
    [{ id: '1e3' }, 'id: must be a whole number from 1'],
    [{ id: '1.0' }, 'id: must be a whole number from 1'],
    [{ id: '007' }, 'id: must be a whole number from 1'],
    [{ id: '9007199254740993' }, 'id: must be a whole number from 1'],
    [{ id: '0' }, 'id: must be a whole number from 1'],
    [{ id: 1.5 }, 'id: must be a whole number from 1'],
    [{ id: true }, 'id: must be a whole number from 1'],
    [{ amount: '101' }, 'amount: must be a whole number from 1 to 100'],
    [{ loud: 'yes' }, 'loud: must be true or false'],
    [{ loud: 0 }, 'loud: must be true or false'],
    [{ columns: '["id"' }, 'columns: must be a list, e.g. ["id","total"] or id,total'],
    [{ columns: 'id,' }, 'columns: must be a list'],
    [{ columns: 'id,nothing' }, 'columns.1: Invalid option'],
    [{ status: 'Paid' }, 'status: Invalid option: expected one of "paid"|"on_hold"'],
    [{ query: 1e300 }, 'query: Invalid input'],
    [{ query: true }, 'query: Invalid input'],
  ])('%j is refused where something would be lost', (input, fault) => {
    expect(faultOf(input)).toContain(fault);
  });

  it('means what it says, for every integer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
        expect(parse({ id: String(id) }).values.id).toBe(id);
      }),
    );
  });

  it('is never taken for a number that has another text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const given = text.trim();
        const number = faultOf({ id: text }) === 'accepted' ? parse({ id: text }).values.id : undefined;
        expect(number === undefined || String(number) === given).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('arguments that are as the schema says', () => {
  it('are taken without conversion, which would change nothing', () => {
    const mostly = (right: fc.Arbitrary<unknown>, ...others: unknown[]) =>
      fc.oneof({ arbitrary: right, weight: 9 }, { arbitrary: fc.constantFrom(...others), weight: 1 });
    const given = fc.record(
      {
        id: mostly(fc.integer({ min: 1 }), 0, '7', '', null),
        amount: mostly(fc.integer({ min: 1, max: 100 }), 101, null),
        loud: mostly(fc.boolean(), 'true', ' '),
        columns: mostly(fc.subarray(['id', 'total'], { minLength: 1 }), [], ['none'], 'id'),
        status: mostly(fc.constantFrom('paid', 'on_hold'), ' paid', 'null', null),
        query: mostly(fc.string(), 7, null),
      },
      { requiredKeys: [] },
    );
    let taken = 0;
    fc.assert(
      fc.property(given, (input) => {
        const exact = exactArguments(schema, input);
        if (exact === undefined) return;
        taken += 1;
        expect(parse(input)).toEqual(exact);
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it.each([
    [{ id: '1' }],
    [{ query: ' ' }],
    [{ status: null }],
    [{ columns: [] }],
    [{ sessionId: 'x' }],
    [JSON.parse('{"__proto__":1}')],
    [null],
    [[]],
  ])('%j is not', (input) => {
    expect(exactArguments(schema, input)).toBeUndefined();
  });
});

describe('an argument that is not given', () => {
  it.each([
    [{ id: null }],
    [{ id: '' }],
    [{ loud: '  ' }],
    [{ status: '' }],
    [{ status: 'null' }],
    [{ columns: [] }],
    [{ columns: '[]' }],
    [{ query: '' }],
    [undefined],
    [null],
    [[]],
  ])('may be written as %j', (input) => {
    expect(parse(input).values).toEqual({ amount: 25 });
  });
});

describe('arguments that the tool does not have', () => {
  it.each([...injectedArguments.keys()])('%s, which a client adds, is ignored and named', (name) => {
    const { values, note } = parse({ id: 1, [name]: 'x' });
    expect(values).toEqual({ id: 1, amount: 25 });
    expect(note).toBe(`Ignored ${name}: no argument of this tool.`);
  });

  it.each(['limit', 'Wait_for_previous', '__proto__', 'constructor'])('%s is refused', (name) => {
    expect(faultOf(JSON.parse(`{"${name}":1}`))).toMatch(/is not an argument; known are id, amount, loud/);
  });

  it.each([['text'], [7], [[1]], [true]])('arguments %j are refused', (input) => {
    expect(faultOf(input)).toBe('arguments: must be a JSON object');
  });
});

describe('an argument of another type, as vendors describe them', () => {
  const other = z.strictObject({
    share: z.number().min(0).optional(),
    rest: z.int().max(10).optional(),
    pair: z.int().multipleOf(2).optional(),
    above: z.number().gt(0).optional(),
    ids: z.array(z.int()).max(2).optional(),
    codes: z.array(z.string()).optional(),
    filter: z.record(z.string(), z.string()).optional(),
    lines: z.array(z.object({ sku: z.string() })).optional(),
  });
  const otherRules = { schema: other, inputSchema: portableArguments(other) };

  it.each<[object, object]>([
    [{ share: '12.50' }, { share: 12.5 }],
    [{ ids: '1, 2' }, { ids: [1, 2] }],
    [{ ids: ['1', 2] }, { ids: [1, 2] }],
    [{ ids: '["1",2]' }, { ids: [1, 2] }],
    [{ codes: [8, 'a'] }, { codes: ['8', 'a'] }],
    [{ filter: '{"a":"b"}' }, { filter: { a: 'b' } }],
    [{ lines: '[{"sku":"x"}]' }, { lines: [{ sku: 'x' }] }],
  ])('%j means %j', (input, values) => {
    expect(parseArguments(otherRules, input).values).toEqual(values);
  });

  it.each([
    [{ share: '1,5' }, 'share: must be a number from 0 in digits'],
    [{ share: '0.12345678901234567' }, 'share: must be a number from 0 in digits'],
    [{ share: -1 }, 'share: must be a number from 0 in digits, e.g. 12.5'],
    [{ rest: 11 }, 'rest: must be a whole number up to 10 in digits, e.g. 12'],
    [{ pair: 3 }, /^pair: .*multiple of 2/],
    [{ above: 0 }, /^above: .*>0/],
    [{ ids: [1, 2, 3] }, /^ids: .*<=2 items/],
    [{ ids: '1;2' }, 'ids'],
    [{ filter: 'a=b' }, 'filter'],
  ])('%j is refused by name', (input, message) => {
    expect(() => parseArguments(otherRules, input)).toThrow(message);
  });
});
