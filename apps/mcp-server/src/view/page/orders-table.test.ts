import { describe, expect, it } from 'vitest';
import { readOrdersTable } from './orders-table.js';

const table = {
  page: 1,
  last_page: 3,
  per_page: 2,
  total: 6,
  has_more: true,
  columns: ['id', 'total', 'should_snelstart_sync'],
  rows: [
    [7, '12.50', true],
    [8, null, false],
  ],
  constant: { status: 'paid' },
  totals: { paid: { count: 2, sum: '12.50' } },
  totals_scope: 'page',
  note: 'One order has no amount.',
};

describe('the answer of list_orders', () => {
  it('is read whole', () => {
    expect(readOrdersTable(table)).toEqual({
      page: 1,
      lastPage: 3,
      perPage: 2,
      total: 6,
      columns: table.columns,
      rows: table.rows,
      constant: [['status', 'paid']],
      totals: [{ status: 'paid', count: 2, sum: '12.50' }],
      totalsCoverAll: false,
      note: 'One order has no amount.',
    });
  });

  it('may come without what is optional', () => {
    expect(readOrdersTable({ ...table, constant: undefined, note: undefined })).toMatchObject({
      constant: [],
      note: undefined,
    });
  });

  it('may have no sum for a status', () => {
    expect(readOrdersTable({ ...table, totals: { failed: { count: 1 } } })?.totals).toEqual([
      { status: 'failed', count: 1, sum: undefined },
    ]);
  });

  it('is not mistaken for the answer of another tool', () => {
    expect(
      readOrdersTable({ order_id: 7, outcome: 'synced', message: 'ok', synced_at: 'now' }),
    ).toBeUndefined();
    expect(readOrdersTable(undefined)).toBeUndefined();
    expect(readOrdersTable({ ...table, rows: 'none' })).toBeUndefined();
  });
});
