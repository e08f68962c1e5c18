import { describe, expect, it } from 'vitest';
import { widthOf } from './display-width.js';
import { createTable } from './table.js';

function tableOf(names: string[], pages: (string | number | boolean | null)[][][], width?: number): string[] {
  const table = createTable(names, { width, hasColor: false });
  return (pages.map((rows) => table.add(rows)).join('') + table.end()).split('\n').slice(0, -1);
}

describe('a table', () => {
  it('puts numbers and amounts to the right, words to the left, and nothing for null', () => {
    expect(
      tableOf(
        ['id', 'name', 'total', 'flag'],
        [
          [
            [7, 'Jan', '9.95', true],
            [12, null, '-129.99551', false],
          ],
        ],
      ),
    ).toEqual(['id  name       total  flag', ' 7  Jan         9.95  yes', '12        -129.99551  no']);
  });

  it('counts wide characters as terminals do', () => {
    const lines = tableOf(
      ['name', 'x'],
      [
        [
          ['東京', 'a'],
          ['👩‍👩‍👧', 'b'],
          ['é', 'c'],
        ],
      ],
    );
    expect(lines.map((line) => widthOf(line.slice(0, line.search(/[xabc]$/))))).toEqual([6, 6, 6, 6]);
  });

  it('cuts texts so that a line fits, and says which columns have no room', () => {
    expect(tableOf(['id', 'customer', 'city'], [[[1, 'Liselotte Cornelissen', 'Amsterdam']]], 21)).toEqual([
      'id  custom…  city',
      ' 1  Liselo…  Amsterd…',
    ]);
    expect(tableOf(['id', 'date', 'total'], [[[1, '2026-02-17 12:05', '1234.56']]], 24)).toEqual([
      'id  date',
      ' 1  2026-02-17 12:05',
      'No room for total.',
    ]);
  });

  it('cuts nothing where lines may have any length', () => {
    const name = 'x'.repeat(300);
    expect(tableOf(['name'], [[[name]]])).toEqual(['name', name]);
  });

  it('keeps the widths of the first page, but never shortens a number', () => {
    expect(tableOf(['id', 'name'], [[[9, 'Jan']], [[10_000, 'Liselotte']]], 12)).toEqual([
      'id  name',
      ' 9  Jan',
      '10000  Lis…',
    ]);
  });

  it('of nothing is its names', () => {
    expect(tableOf(['id', 'name'], [])).toEqual(['id  name']);
  });
});
