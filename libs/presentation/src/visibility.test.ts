import type { AnswerField, Privacy } from '@wemasy-orders/client/operations';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsFor, columnsOf, shownColumns } from './columns.js';
import { createTotals, unreadableAmountsText, withheldAmountsText } from './totals.js';
import {
  type PersonalData,
  personalDataModes,
  showsField,
  showsWords,
  visibleField,
  visibleValue,
} from './visibility.js';

const text = (privacy: Privacy): AnswerField => ({ privacy, types: ['string', 'null'] });
const object = (fields: Readonly<Record<string, AnswerField>>): AnswerField => ({
  types: ['object'],
  fields,
});
const list = (items: AnswerField): AnswerField => ({ types: ['array'], items });

describe('a reader sees', () => {
  it.each<[PersonalData, string | undefined, boolean]>([
    ['none', 'open', true],
    ['none', 'closed', false],
    ['full', 'closed', true],
    ['none', undefined, false],
    ['full', undefined, true],
    ['none', 'new', false],
    ['full', 'new', true],
  ])('what the API says in its own words: %s, %s: %j', (personalData, operationId, isShown) => {
    const all = new Map<string, { words: Privacy }>([
      ['open', { words: 'public' }],
      ['closed', { words: 'personal' }],
    ]);
    expect(showsWords(personalData, operationId, all)).toBe(isShown);
  });

  it.each([
    [true, object({ a: text('public') })],
    [false, object({ a: text('secret') })],
    [false, object({ b: text('public') })],
    [false, text('public')],
  ])('a field of an order where its mark allows it: %j', (isShown, order) => {
    expect(showsField('a', 'full', order)).toBe(isShown);
  });
});

describe('of a value, a reader sees', () => {
  it.each<[string, AnswerField, unknown, unknown]>([
    ['the visible fields', object({ a: text('public'), b: text('secret') }), { a: 1, b: 2 }, { a: 1 }],
    ['no field that is not described', object({ a: text('public') }), { a: 1, other: 2 }, { a: 1 }],
    ['no name of every object', object({ a: text('public') }), { constructor: 1, a: 2 }, { a: 2 }],
    ['no text in the place of an object', object({ a: text('public') }), 'Jan', undefined],
    ['no object in the place of a text', text('public'), { name: 'Jan' }, undefined],
    ['no list in the place of a text', text('public'), ['Jan'], undefined],
    ['nothing of what is all withheld', object({ a: text('secret') }), { a: 1 }, undefined],
    ['not even that it is empty', object({ a: text('secret') }), {}, undefined],
    ['not even that it is null', object({ a: object({ b: text('secret') }) }), { a: null }, undefined],
    [
      'that an object with visible fields is null',
      object({ a: object({ b: text('public') }) }),
      { a: null },
      { a: null },
    ],
    ['a list, where all of it has one mark', { privacy: 'public', types: ['array'] }, [1], [1]],
    ['no list where an object may be', { privacy: 'public', types: ['object'] }, [1], undefined],
    ['an object, where all of it has one mark', { privacy: 'public', types: ['object'] }, { a: 1 }, { a: 1 }],
    [
      'what contains itself two levels down',
      object({
        a: object({
          b: object({ name: text('public'), hidden: text('secret'), a: { types: ['object'], again: 2 } }),
        }),
      }),
      {
        a: { b: { name: 1, hidden: 2, a: { b: { name: 3, hidden: 4, a: { b: { name: 5, hidden: 6 } } } } } },
      },
      { a: { b: { name: 1, a: { b: { name: 3, a: { b: { name: 5 } } } } } } },
    ],
    [
      'what contains itself and is visible in a part',
      object({ hidden: text('secret'), parts: list({ types: ['object'], again: 2 }), name: text('public') }),
      { parts: [{ hidden: 1 }, null] },
      { parts: [{}, null] },
    ],
    [
      'nothing of what contains itself and is all withheld',
      object({ parts: list({ types: ['object'], again: 2 }), b: text('secret') }),
      { parts: [{ b: 1 }] },
      undefined,
    ],
    ['that a visible field is null', object({ a: text('public') }), { a: null }, { a: null }],
    ['every element of a list', list(text('public')), ['x', 'y'], ['x', 'y']],
    [
      'the visible part of each element',
      list(object({ a: text('public'), b: text('personal') })),
      [{ a: 1, b: 2 }, { b: 3 }],
      [{ a: 1 }, {}],
    ],
    ['lists in lists', list(list(text('public'))), [['x'], []], [['x'], []]],
    ['not how many are withheld', list(text('secret')), ['x', 'y'], undefined],
    ['a map', { types: ['object'], values: text('public') }, { x: 1, y: 2 }, { x: 1, y: 2 }],
    ['no name in a map that is withheld', { types: ['object'], values: text('name') }, { jan: 1 }, undefined],
    [
      'a map of objects',
      { types: ['object'], values: object({ a: text('public'), b: text('secret') }) },
      { x: { a: 1, b: 2 } },
      { x: { a: 1 } },
    ],
    ['anything, where all of it has one mark', { privacy: 'public', types: [] }, { x: [{}] }, { x: [{}] }],
    ['nothing of it otherwise', { privacy: 'personal', types: [] }, { x: [{}] }, undefined],
    [
      'a text or the visible fields of an object',
      { privacy: 'public', types: ['string', 'object'], fields: { a: text('secret') } },
      { a: 1 },
      {},
    ],
    [
      'what contains itself, to the bottom',
      object({ name: text('public'), hidden: text('secret'), parts: list({ types: ['object'], again: 2 }) }),
      { name: 1, hidden: 2, parts: [{ name: 3, hidden: 4, parts: [] }] },
      { name: 1, parts: [{ name: 3, parts: [] }] },
    ],
  ])('%s', (_, field, value, shown) => {
    expect(visibleValue(field, value, 'none')).toStrictEqual(shown);
  });

  it('nothing of a description that leads out of the document', () => {
    const field = object({ a: { types: ['object'], again: 3 } });
    expect(() => visibleValue(field, { a: {} }, 'none')).toThrow('no field is 3 levels above');
    for (const see of [
      () => visibleValue({ types: [], again: 1 }, 1, 'none'),
      () => visibleField({ types: [], again: 1 }, 'none'),
    ]) {
      expect(see).toThrow('no field is 1 levels above');
    }
  });

  it('the description of the same part', () => {
    const secret = text('secret');
    const described = (field: AnswerField) => visibleField(field, 'none');
    const both = object({ a: text('public'), b: secret });
    expect(described(both)).toStrictEqual(object({ a: text('public') }));
    expect(described(list(both))).toStrictEqual(list(object({ a: text('public') })));
    const map: AnswerField = { types: ['object'], values: both };
    expect(described(map)).toStrictEqual({ types: ['object'], values: object({ a: text('public') }) });
    const mixed: AnswerField = {
      types: ['string', 'object'],
      privacy: 'secret',
      fields: { a: text('public') },
    };
    expect(described(mixed)).toStrictEqual({ types: ['string', 'object'], fields: { a: text('public') } });
    const open: AnswerField = {
      privacy: 'public',
      types: ['string', 'array'],
      items: secret,
    };
    expect(described(open)).toStrictEqual({
      privacy: 'public',
      types: ['string', 'array'],
    });
    expect(described(list(secret))).toBeUndefined();
  });

  it.each<[Privacy, readonly PersonalData[]]>([
    ['public', ['none', 'names', 'full']],
    ['name', ['names', 'full']],
    ['personal', ['full']],
    ['secret', []],
  ])('what is %s in the modes %j', (privacy, modes) => {
    const field = object({ a: text(privacy) });
    const shown = personalDataModes.filter((mode) => visibleValue(field, { a: 'x' }, mode) !== undefined);
    expect(shown).toEqual(modes);
    expect(personalDataModes.filter((mode) => visibleField(field, mode) !== undefined)).toEqual(modes);
  });
});

describe('a column', () => {
  const order = object({
    id: { privacy: 'public', types: ['integer'] },
    lines: list(object({ sku: text('public'), buyer: text('secret'), tags: list(text('public')) })),
    labels: { types: ['object'], values: object({ text: text('public'), by: text('personal') }) },
  });
  const cellsOf = (row: unknown) =>
    Object.fromEntries(columnsOf(order, 'none').map(({ name, cellOf }) => [name, cellOf(row)]));

  it('through a list shows its values, and through a map the map', () => {
    const lines = [{ sku: 'A', buyer: 'Jan', tags: ['x'] }, { sku: 'B' }];
    expect(cellsOf({ id: 1, lines, labels: { x: { text: 'T', by: 'Jan' } } })).toEqual({
      id: 1,
      sku: '["A","B"]',
      tags: '[["x"],null]',
      labels: '{"x":{"text":"T"}}',
    });
  });

  it('through a list is empty without it, and says that it has no elements', () => {
    expect(cellsOf({ id: 1 })).toEqual({ id: 1, sku: null, tags: null, labels: null });
    expect(cellsOf({ id: 1, lines: [] })).toMatchObject({ sku: '[]' });
    expect(cellsOf({ id: 1, lines: [{}, {}] })).toMatchObject({ sku: null });
  });

  it('reads of a row what it shows, and nothing beside it', () => {
    const reads: string[] = [];
    const row = {
      get a() {
        reads.push('a');
        return 'x';
      },
      get b() {
        reads.push('b');
        return 'y';
      },
    };
    const [a] = columnsOf(object({ a: text('public'), b: text('public') }), 'none');
    expect(a?.cellOf(row)).toBe('x');
    expect(reads).toEqual(['a']);
  });

  const whole: [string, AnswerField][] = [
    ['with one mark', { privacy: 'public', types: ['object'], fields: { a: text('public') } }],
    ['that is a map', { types: ['object'], values: text('public'), fields: { a: text('public') } }],
    [
      'that may be a list, too',
      { types: ['object', 'array'], fields: { a: text('public') }, items: object({ b: text('public') }) },
    ],
    ['that is a list of texts', list(text('public'))],
    ['that contains what it is part of', { types: ['object'], again: 1 }],
  ];
  it.each(whole)('holds the whole of a value %s', (_, field) => {
    expect(columnsOf(object({ all: field, b: text('public') }), 'none').map(({ path }) => path)).toEqual([
      'all',
      'b',
    ]);
  });

  it.each<[string, AnswerField, readonly (readonly [name: string, path: string])[]]>([
    ['a value without fields', text('public'), [['', '']]],
    ['the fields of each row of a list', list(object({ a: text('public') })), [['a', '[].a']]],
    ['lists in lists', object({ a: list(list(object({ b: text('public') }))) }), [['b', 'a[][].b']]],
    [
      'fields of one name in several lists',
      object({ a: list(object({ x: text('public') })), b: list(object({ x: text('public') })) }),
      [
        ['a.x', 'a[].x'],
        ['b.x', 'b[].x'],
      ],
    ],
    [
      'a field whose name holds a dot',
      object({ 'a.b': text('public'), a: object({ b: text('public') }) }),
      [
        ['a.b', 'a.b'],
        ['b', 'a.b'],
      ],
    ],
  ])('has a name and a path: %s', (_, field, expected) => {
    expect(columnsOf(field, 'none').map(({ name, path }) => [name, path])).toEqual(expected);
  });

  it('is not there where nothing of an object or of a list is visible', () => {
    const hidden = object({ deep: object({ a: text('secret') }) });
    const field = object({ id: text('public'), one: hidden, many: list(hidden) });
    expect(columnsOf(field, 'none').map(({ path }) => path)).toEqual(['id']);
    expect(shownColumns(field, { types: ['object'] })).toEqual([]);
  });

  it('is empty for a field that a row does not have, whatever every object has', () => {
    const [column] = columnsOf(object({ constructor: text('public') }), 'none');
    expect(column?.cellOf({})).toBeNull();
  });

  it.each([
    ['an object', object({ a: object({ length: text('public') }) })],
    ['a list', object({ a: list(object({ length: text('public') })) })],
  ])('is empty where a text is in the place of %s', (_, field) => {
    const [column] = shownColumns(field, field);
    expect(column?.cellOf({ a: 'Jan' })).toBeNull();
  });
});

describe('the customer of an order', () => {
  const orderWith = (company: Privacy, person: Privacy) =>
    object({
      billing: object({
        invoice_company: text(company),
        invoice_firstname: text(person),
        invoice_lastname: text(person),
      }),
    });
  const billing = { invoice_company: 'Jansen BV', invoice_firstname: 'Jan', invoice_lastname: 'Jansen' };
  const customerOf = (order: AnswerField) =>
    columnsFor('names', order)
      .find(({ name }) => name === 'customer')
      ?.cellOf({ id: 1, billing });

  it.each<[Privacy, Privacy, string | undefined]>([
    ['name', 'name', 'Jansen BV'],
    ['personal', 'name', 'Jan Jansen'],
    ['name', 'personal', 'Jansen BV'],
    ['personal', 'personal', undefined],
    ['secret', 'secret', undefined],
  ])('with a company that is %s and a person who is %s is %j', (company, person, shown) => {
    expect(customerOf(orderWith(company, person))).toBe(shown);
  });

  it('has what may be shown of a company and a person', () => {
    const order = object({
      billing: object({ invoice_company: text('name'), invoice_lastname: text('name') }),
    });
    expect(customerOf(order)).toBe('Jansen BV');
  });

  it('gives way to a field of that name in every mode', () => {
    const order = object({ ...orderWith('name', 'name').fields, customer: text('secret') });
    expect(columnsFor('names', order).map(({ name }) => name)).not.toContain('customer');
  });
});

describe('totals', () => {
  const orderWith = (total: Privacy, status: Privacy, id: Privacy = 'public') =>
    object({ id: text(id), status: text(status), total: text(total) });
  const orders = [
    { id: 7, status: 'paid', total: '10.00' },
    { id: 8, status: 'paid', total: 'free' },
    { id: 9, status: 'failed', total: '5.00' },
  ];
  const totalsWith = (order: AnswerField) => {
    const totals = createTotals('names', order);
    totals.add(orders);
    return totals.value();
  };

  it('have no sums of hidden amounts, say so, and reveal nothing else of them', () => {
    const totals = totalsWith(orderWith('personal', 'public'));
    expect(totals.byStatus).toEqual({ failed: { count: 1 }, paid: { count: 2 } });
    expect(withheldAmountsText(totals)).toBe('Amounts may not be shown, so there are no sums.');
    expect(unreadableAmountsText(totals.unreadable)).toBeUndefined();
  });

  it('do not tell statuses apart that may not be shown', () => {
    expect(totalsWith(orderWith('public', 'secret')).byStatus).toEqual({
      '(not shown)': { count: 3, sum: '15' },
    });
  });

  it('name no order by an id that may not be shown', () => {
    const { unreadable } = totalsWith(orderWith('public', 'public', 'secret'));
    expect(unreadableAmountsText(unreadable)).toBe('Counted without a readable amount: 1 of these.');
  });
});

describe('in any document', () => {
  /** A described value: its field, an example that holds a text of its own at each place, and who may see which text. */
  interface Example {
    readonly field: AnswerField;
    readonly value: unknown;
    readonly texts: readonly { readonly text: string; readonly privacy: Privacy }[];
  }
  const privacy = fc.constantFrom<Privacy>('public', 'name', 'personal', 'secret');
  const key = fc.constantFrom('a', 'b', 'customer', 'total', 'status', '__proto__', 'toString');
  let count = 0;
  const unique = () => `<${(count += 1)}>`;

  const { example } = fc.letrec<{ example: Example }>((tie) => ({
    example: fc.oneof(
      { maxDepth: 5, depthSize: 'medium' },
      privacy.map((mark) => {
        const value = unique();
        return {
          field: { privacy: mark, types: ['string'] },
          value,
          texts: [{ text: value, privacy: mark }],
        };
      }),
      privacy.map((mark) => {
        const value = unique();
        const whole = { [unique()]: [value] };
        const texts = Object.keys(whole).concat(value);
        return {
          field: { privacy: mark, types: ['object', 'array'] },
          value: whole,
          texts: texts.map((each) => ({ text: each, privacy: mark })),
        };
      }),
      fc.dictionary(key, tie('example'), { minKeys: 1, maxKeys: 4 }).map((inner) => {
        const unknown = unique();
        const entries = Object.entries(inner);
        return {
          field: object(Object.fromEntries(entries.map(([name, { field }]) => [name, field]))),
          value: Object.fromEntries([
            ...entries.map(([name, { value }]) => [name, value] as const),
            [unknown, unknown],
          ]),
          texts: [
            { text: unknown, privacy: 'secret' as const },
            ...entries.flatMap(([, { texts }]) => texts),
          ],
        };
      }),
      tie('example').map(({ field, value, texts }) => ({
        field: { types: ['object'], values: field },
        value: { x: value },
        texts,
      })),
      tie('example').map(({ field, value, texts }) => ({
        field: list(field),
        value: [value, value],
        texts,
      })),
    ),
  }));

  const allowed: Readonly<Record<PersonalData, readonly Privacy[]>> = {
    none: ['public'],
    names: ['public', 'name'],
    full: ['public', 'name', 'personal'],
  };

  it('a reader sees every text that its mark allows, and no other one', () => {
    fc.assert(
      fc.property(example, fc.constantFrom(...personalDataModes), ({ field, value, texts }, mode) => {
        const shown = JSON.stringify(visibleValue(field, value, mode) ?? null);
        for (const { text: each, privacy: mark } of texts) {
          expect({ each, mark, isShown: shown.includes(each) }).toEqual({
            each,
            mark,
            isShown: allowed[mode].includes(mark),
          });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('no column shows a text that its mark withholds', () => {
    fc.assert(
      fc.property(example, fc.constantFrom(...personalDataModes), ({ field, value, texts }, mode) => {
        const cells = JSON.stringify(columnsOf(field, mode).map(({ cellOf }) => cellOf(value)));
        for (const { text: each, privacy: mark } of texts) {
          if (!allowed[mode].includes(mark)) expect(cells).not.toContain(each);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('a column shows what is left of the whole value, also where the value is not as described', () => {
    const cellsOf = (columns: ReturnType<typeof columnsOf>, row: unknown) =>
      columns.map(({ path, cellOf }) => [path, cellOf(row)]);
    fc.assert(
      fc.property(
        example,
        example,
        fc.constantFrom(...personalDataModes),
        ({ field, value }, other, mode) => {
          const visible = visibleField(field, mode);
          for (const row of [value, other.value, null, { a: null, b: [value] }]) {
            expect(cellsOf(columnsOf(field, mode), row)).toEqual(
              visible === undefined
                ? []
                : cellsOf(shownColumns(field, visible), visibleValue(field, row, mode)),
            );
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
