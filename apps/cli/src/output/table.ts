import type { Cell } from '@wemasy-orders/presentation';
import { fitColumns, gap } from './column-widths.js';
import { cutTo, widthOf } from './display-width.js';
import type { Row, RowWriter } from './row-writer.js';
import { createStyle } from './style.js';

export interface TableOptions {
  /** Longest line; undefined where lines may have any length, so that nothing is cut. */
  readonly width: number | undefined;
  readonly hasColor: boolean;
}

/**
 * A table for people. The first page decides the column widths, so that the other pages can follow one at a time. On a
 * terminal, longer texts are cut with an ellipsis, and the last line names the columns that did not fit.
 */
export function createTable(names: readonly string[], { width, hasColor }: TableOptions): RowWriter {
  const style = createStyle(hasColor);
  let layout: readonly Column[] | undefined;

  function lineOf(columns: readonly Column[], texts: readonly string[]): string {
    const cells = columns.map((column, at) => place(texts[at] ?? '', column));
    const line = cells.join(' '.repeat(gap)).trimEnd();
    return width === undefined ? line : cutTo(line, width);
  }

  return {
    add(rows) {
      const texts = rows.map((row) => row.map(textOf));
      const isFirst = layout === undefined;
      layout ??= layOut(names, rows, texts, width);
      const columns = layout;
      // A later page may have longer numbers than the first one. A number that is cut is a wrong number.
      const cut = (text: string, { width: room, isNumeric }: Column) =>
        width === undefined || isNumeric ? text : cutTo(text, room);
      const lines = texts.map((row) =>
        lineOf(
          columns,
          columns.map((column, at) => cut(row[at] ?? '', column)),
        ),
      );
      const header = columns.map((column, at) => cutTo(names[at] ?? '', column.width));
      const all = isFirst ? [style('bold', lineOf(columns, header)), ...lines] : lines;
      return all.map((line) => `${line}\n`).join('');
    },
    end() {
      const table = layout === undefined ? this.add([]) : '';
      const missing = names.slice(layout?.length ?? 0);
      return missing.length === 0 ? table : `${table}No room for ${missing.join(', ')}.\n`;
    },
  };
}

interface Column {
  readonly width: number;
  readonly isNumeric: boolean;
}

function layOut(
  names: readonly string[],
  rows: readonly Row[],
  texts: readonly (readonly string[])[],
  lineWidth: number | undefined,
): Column[] {
  const isNumeric = names.map((_, at) => rows.every((row) => isNumber(row[at] ?? null)));
  const needs = names.map((name, at) => ({
    name: widthOf(name),
    cells: Math.max(0, ...texts.map((row) => widthOf(row[at] ?? ''))),
    isRigid: isNumeric[at] === true || texts.every((row) => isDate(row[at] ?? '')),
  }));
  return fitColumns(needs, lineWidth).map((width, at) => ({ width, isNumeric: isNumeric[at] === true }));
}

function place(text: string, { width, isNumeric }: Column): string {
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
  return isNumeric ? padding + text : text + padding;
}

function textOf(cell: Cell): string {
  if (cell === null) return '';
  return typeof cell === 'boolean' ? (cell ? 'yes' : 'no') : String(cell);
}

/** A number, or an amount, which is a decimal string. */
function isNumber(cell: Cell): boolean {
  return (
    cell === null || typeof cell === 'number' || (typeof cell === 'string' && /^-?\d+(\.\d+)?$/.test(cell))
  );
}

/** A date with a time. */
function isDate(text: string): boolean {
  return text === '' || /^\d{4}-\d{2}-\d{2}[ T][\d:.]+Z?$/.test(text);
}
