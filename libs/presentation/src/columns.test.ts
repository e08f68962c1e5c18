import type { Order } from '@wemasy-orders/client';
import type { AnswerField, Privacy } from '@wemasy-orders/client/operations';
import { type SentOrder, usualOrder } from '@wemasy-orders/client/testing';
import { describe, expect, it } from 'vitest';
import { columnsFor, defaultColumns } from './columns.js';
import { orderField, type PersonalData, personalDataModes as modes } from './visibility.js';

const orderFields = fieldsIn(orderField);

/** Every value of an order, by its path, and its mark. */
function fieldsIn({ fields = {} }: AnswerField): readonly { name: string; privacy: Privacy }[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    ...(field.privacy === undefined ? [] : [{ name, privacy: field.privacy }]),
    ...fieldsIn(field).map((inner) => ({ ...inner, name: `${name}.${inner.name}` })),
  ]);
}

/** An order in which every field holds its own path, whatever its type should be. */
function orderThatNamesItself(): Order {
  const unknown = { undocumented: 'undocumented' };
  const order: Record<string, unknown> = {
    ...unknown,
    billing: { ...unknown },
    pdf_status: { ...unknown, invoice: { ...unknown }, package_slip: { ...unknown } },
  };
  for (const { name } of orderFields) {
    const path = name.split('.');
    const last = path.pop() ?? '';
    const parent = path.reduce<Record<string, unknown>>((node, key) => {
      const child = node[key];
      if (typeof child === 'object' && child !== null) return Object.assign(child);
      return Object.assign((node[key] = {}));
    }, order);
    parent[last] = `<${name}>`;
  }
  return Object.assign(order, { id: 1 });
}

const valueOf = (mode: PersonalData, name: string, order: SentOrder) =>
  columnsFor(mode, usualOrder)
    .find((column) => column.name === name)
    ?.cellOf(order);

describe('the columns of an order', () => {
  const visible = { none: ['public'], names: ['public', 'name'], full: ['public', 'name', 'personal'] };

  it.each(modes.flatMap((mode) => orderFields.map((field) => ({ mode, ...field }))))(
    'in mode $mode, $name ($privacy) is there exactly where its mark allows it',
    ({ mode, name, privacy }) => {
      const shown = JSON.stringify(columnsFor(mode).map((column) => column.cellOf(orderThatNamesItself())));
      const allowed = visible[mode].includes(privacy);
      expect(shown.includes(name === 'id' ? '1' : `<${name}>`)).toBe(allowed);
    },
  );

  it.each(modes)('in mode %s never show what the document does not know, nor the session key', (mode) => {
    const shown = JSON.stringify(columnsFor(mode).map((column) => column.cellOf(orderThatNamesItself())));
    expect(shown).not.toContain('undocumented');
    expect(shown).not.toContain('order_session');
  });

  it('are named by the shortest end of their path that is unique, the same in every mode', () => {
    const names = modes.map((mode) => columnsFor(mode, usualOrder).map(({ name }) => name));
    expect(names[2]).toEqual(
      expect.arrayContaining(['status', 'invoice_email', 'package_slip.status', 'invoice.url']),
    );
    expect(new Set(names[2]).size).toBe(names[2]?.length);
    for (const fewer of names) expect(names[2]).toEqual(expect.arrayContaining(fewer));
  });

  it('show the customer only where names may be shown', () => {
    const name: AnswerField = { privacy: 'name', types: ['string'] };
    const billing: AnswerField = { types: ['object'], fields: { invoice_lastname: name } };
    const order: AnswerField = { types: ['object'], fields: { billing } };
    expect(
      modes.map((mode) => defaultColumns(columnsFor(mode, order)).some(({ name }) => name === 'customer')),
    ).toEqual([false, true, true]);
  });

  it.each(modes)('are, unless chosen otherwise, those of the contract (%s)', (mode) => {
    const shown = columnsFor(mode).map(({ name }) => name);
    const contract = [
      'id',
      'order_number',
      'date',
      'status',
      'payment_status',
      'payment_method',
      'total',
      'customer',
      'should_snelstart_sync',
      'invoice_id',
    ];
    expect(defaultColumns(columnsFor(mode)).map(({ name }) => name)).toEqual(
      // The mode or a mark may hide one of them.
      contract.filter((name) => shown.includes(name)),
    );
  });
});

describe('a cell', () => {
  it.each([
    ['2026-02-17 12:00:PM', '2026-02-17 12:00'],
    ['2026-02-17 12:05:AM', '2026-02-17 00:05'],
    ['2026-02-17 01:05:PM', '2026-02-17 13:05'],
    ['2026-02-17 11:59:AM', '2026-02-17 11:59'],
    ['2026-02-17 1:05:PM', '2026-02-17 13:05'],
    ['2026-02-17 10:05PM', '2026-02-17 22:05'],
    ['2026-02-17 10:05 pm', '2026-02-17 22:05'],
    ['2026-02-17 10:05: am', '2026-02-17 10:05'],
    ...[
      '2026-02-17 15:30:AM',
      '2026-02-17 99:99:PM',
      '2026-02-17 00:15:PM',
      '2026-02-17 11:60:AM',
      '2026-02-31 11:59:AM',
      '2026-13-01 11:59:AM',
      '12026-02-17 11:59:AM',
      '2026-02-17 11:59:AMx',
    ].map((unreadable): [string, string] => [unreadable, unreadable]),
    ['17 februari\u202e 2026', '17 februari 2026'],
    [null, null],
  ])('shows the date %j as %j', (date, shown) => {
    expect(valueOf('none', 'date', { id: 1, date })).toBe(shown);
  });

  it('reads a time on a twelve-hour clock only where the document has the date', () => {
    const text = '2026-02-17 12:00:PM';
    expect(valueOf('none', 'status', { id: 1, status: text })).toBe(text);
  });

  it.each([
    [{ invoice_firstname: 'Jan', invoice_lastname: 'Jansen' }, 'Jan Jansen'],
    [{ invoice_firstname: ' Jan ', invoice_lastname: null }, 'Jan'],
    [{ invoice_lastname: 'Jansen', invoice_company: 'Jansen BV' }, 'Jansen BV'],
    [{ invoice_company: 'Ja\u200bnsen\nBV' }, 'Jansen BV'],
    [{ invoice_firstname: '', invoice_company: null }, null],
    [{}, null],
    [[], null],
    [null, null],
  ])('shows the customer %j as %j', (billing, shown) => {
    expect(valueOf('names', 'customer', { id: 1, billing })).toBe(shown);
  });

  it('is empty for a field that the order does not have', () => {
    expect(valueOf('full', 'invoice_email', { id: 1 })).toBeNull();
    expect(valueOf('full', 'invoice.url', { id: 1, pdf_status: {} })).toBeNull();
  });

  it.each([null, []])('is empty where the order has %j in the place of an object', (nothing) => {
    const cellsOf = (order: SentOrder) => columnsFor('full', usualOrder).map(({ cellOf }) => cellOf(order));
    const nothingElse = cellsOf({ id: 1 });
    expect(cellsOf({ id: 1, billing: nothing, pdf_status: nothing })).toEqual(nothingElse);
    expect(cellsOf({ id: 1, pdf_status: { invoice: nothing, package_slip: nothing } })).toEqual(nothingElse);
  });

  it('keeps numbers and booleans, and shows data of no known form as JSON', () => {
    const order = { id: 7, should_snelstart_sync: false, metadata: { 'n\u200bote': ['a\nb', 1, null] } };
    expect(valueOf('full', 'id', order)).toBe(7);
    expect(valueOf('full', 'should_snelstart_sync', order)).toBe(false);
    expect(valueOf('full', 'metadata', order)).toBe('{"note":["a b",1,null]}');
  });
});
