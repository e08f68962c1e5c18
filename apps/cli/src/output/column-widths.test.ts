import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ColumnNeed, fitColumns, gap } from './column-widths.js';

const text = (name: number, cells: number): ColumnNeed => ({ name, cells, isRigid: false });
const number = (name: number, cells: number): ColumnNeed => ({ name, cells, isRigid: true });

describe('column widths', () => {
  it('are as wide as name and cells need where lines may have any length', () => {
    expect(fitColumns([text(4, 300), number(12, 3)], undefined)).toEqual([300, 12]);
  });

  it('take from long names first', () => {
    expect(fitColumns([number(21, 3), text(4, 10)], 20)).toEqual([8, 10]);
  });

  it('then take from the widest texts', () => {
    expect(fitColumns([text(4, 20), text(4, 8)], 22)).toEqual([12, 8]);
  });

  it('never take from numbers: what has no room is left out from the end', () => {
    expect(fitColumns([number(2, 10), text(4, 30), number(5, 9)], 20)).toEqual([10, 8]);
  });

  it('make a line that fits, whatever the columns', () => {
    const need = fc.record({ name: fc.nat(30), cells: fc.nat(60), isRigid: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(need, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 200 }),
        (needs, width) => {
          const widths = fitColumns(needs, width);
          const line = widths.reduce((sum, each) => sum + each, 0) + gap * (widths.length - 1);
          expect(line).toBeLessThanOrEqual(width);
          expect(widths.length).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });
});
