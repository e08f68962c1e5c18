import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Shape, shapes } from './generated/calls.js';
import * as schemas from './generated/schemas.js';
import { fits } from './shape.js';

const document = parse(readFileSync(new URL('../../../openapi/wemasy-orders.yaml', import.meta.url), 'utf8'));
const example = document.components.examples.DocumentedOrderPage.value;
const ajv = new Ajv2020({ strict: false });
ajv.addSchema({ $id: 'document', ...document });

function documentAccepts(name: string, value: unknown): boolean {
  const validate = ajv.getSchema(`document#/components/schemas/${name}`);
  if (validate === undefined) throw new Error(`the document has no schema ${name}`);
  return validate(value) === true;
}

/** Integers beyond 2^53 are the one known difference: both refuse them, since JavaScript cannot hold them exactly. */
function holdsNoHugeInteger(value: unknown): boolean {
  return !/\d{16}|e\+/.test(JSON.stringify(value));
}

/** The shape that the client checks by. */
function shapeOf(name: string): Shape {
  const [, shape] = Object.entries(shapes).find(([known]) => known === name) ?? [];
  if (shape === undefined) throw new Error(`the client has no shape ${name}`);
  return shape;
}

/** Any JSON value that code might meet where another was expected. */
const anyValue = fc.oneof(
  fc.constantFrom(null, true, false, '', 'paid', 'checkout', [], {}, 0, 1, -1, 1.5, '129.99551'),
  fc.jsonValue({ maxDepth: 2 }).filter(holdsNoHugeInteger),
);

/** The value with one thing in it replaced, left out or added, at any depth. */
function mutated(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value) && value.length > 0) {
    return fc.oneof(
      anyValue,
      fc.nat(value.length - 1).chain((at) => mutated(value[at]).map((item) => value.with(at, item))),
    );
  }
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    const entries = Object.entries(value);
    return fc.oneof(
      { weight: 1, arbitrary: anyValue },
      {
        weight: 1,
        arbitrary: fc.nat(entries.length - 1).map((at) => Object.fromEntries(entries.toSpliced(at, 1))),
      },
      {
        weight: 6,
        arbitrary: fc
          .nat(entries.length - 1)
          .chain((at) =>
            mutated(entries[at]?.[1]).map((item) => ({ ...value, [entries[at]?.[0] ?? 'x']: item })),
          ),
      },
    );
  }
  return anyValue;
}

describe('the generated schemas and shapes', () => {
  it('accept the documented answer', () => {
    expect(schemas.ListOrdersResponse.safeParse(example)).toMatchObject({ success: true });
  });

  it.each([
    ['ListOrdersResponse', example],
    [
      'ListOrdersRequest',
      { sortKey: 'created_at', sortOrder: 'desc', per_page: 10, status: 'paid', type: 'a' },
    ],
    ['SyncOrderRequest', { order_id: 42 }],
    ['SyncOrderResponse', { error: false, message: 'string', data: [] }],
    ['ValidationError', { message: 'Bad.', errors: { order_id: ['No.'] } }],
    ['ApiError', { error: true, message: 'No.' }],
    ['Order', example.data.data[0]],
    ['OrderPage', example.data],
  ] as const)('%s accepts and refuses what the document does', (name, value) => {
    let refused = 0;
    fc.assert(
      fc.property(mutated(value), (candidate) => {
        const accepts = documentAccepts(name, candidate);
        if (!accepts) refused += 1;
        expect(schemas[name].safeParse(candidate).success).toBe(accepts);
        // Arguments have shapes of their own, and the bodies of failures are not checked.
        if (name in shapes) expect(fits(shapeOf(name), candidate)).toBe(accepts);
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
