import type { Cell } from '@wemasy-orders/present';

/** Columns by name, and a cell for each of them in every row. */
export interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Condensed extends Rows {
  /** Column → its one value; these columns are not among `columns`. */
  readonly constant: Readonly<Record<string, Cell>>;
}

/**
 * Rows that are longer than the default page are read for an overview, and each token of a row counts that often. A page
 * of usual length stays as it is: little would be saved there, and a table is easier to read with all of its columns.
 */
export const longestFullPage = 25;

/** Tells a column that holds the same value in every row once instead of in each; one column at least remains. */
export function condense({ columns, rows }: Rows): Condensed {
  const [first, ...others] = rows;
  const varies = columns.map((_, at) => others.some((row) => row[at] !== first?.[at]));
  if (!varies.includes(true)) return { columns, rows, constant: {} };
  return {
    columns: columns.filter((_, at) => varies[at]),
    rows: rows.map((row) => row.filter((_, at) => varies[at])),
    constant: Object.fromEntries(
      columns.flatMap((column, at) => (varies[at] ? [] : [[column, first?.[at] ?? null]])),
    ),
  };
}

/** Shows the dates of a column to the day; a date of another form stays as it is. */
export function withoutTimes({ columns, rows }: Rows, column: string): Rows {
  const dateAt = columns.indexOf(column);
  const day = (cell: Cell): Cell =>
    typeof cell === 'string' ? cell.replace(/^(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}$/, '$1') : cell;
  return { columns, rows: rows.map((row) => row.map((cell, at) => (at === dateAt ? day(cell) : cell))) };
}
