import type { Cell } from '@wemasy-orders/presentation';

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
 * Pages over this length are read for an overview, and each token of a row counts that often. A shorter page stays as it
 * is: little would be saved there, and a table is easier to read with all of its columns.
 */
export const longestFullPage = 25;

/** Moves a column that has the same value in every row to `constant`; one column at least remains. */
export function condense({ columns, rows }: Rows): Condensed {
  const [first, ...others] = rows;
  const varies = columns.map((_, at) => others.some((row) => row[at] !== first?.[at]));
  if (!varies.includes(true)) return { columns, rows, constant: {} };
  return {
    ...pick(
      { columns, rows },
      columns.flatMap((_, at) => (varies[at] ? [at] : [])),
    ),
    constant: Object.fromEntries(
      columns.flatMap((column, at) => (varies[at] ? [] : [[column, first?.[at] ?? null]])),
    ),
  };
}

/** Shows the dates of a column to the day; a date of another form stays as it is. */
export function withoutTimes(table: Rows, column: string): Rows {
  return mapColumn(table, column, (text) => text.replace(/^(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}$/, '$1'));
}

/** Shows days that are all of one year without it, and says which; days of several years stay as they are. */
export function withoutYear(table: Rows, column: string): Rows & { readonly year?: string } {
  const at = table.columns.indexOf(column);
  const days = table.rows.flatMap((row) => row[at] ?? []);
  const years = new Set(days.map((day) => /^(\d{4})-\d{2}-\d{2}$/.exec(String(day))?.[1]));
  const [year] = years;
  if (years.size !== 1 || year === undefined) return table;
  return { ...mapColumn(table, column, (day) => day.slice(year.length + 1)), year };
}

/** Longest prefix that is split off: that of an invoice number, not a text. */
const longestPrefix = 12;

/** Shows numbers that all begin with the same letters or signs without them, and says which; others stay as they are. */
export function withoutPrefix(table: Rows, column: string): Rows & { readonly prefix?: string } {
  const at = table.columns.indexOf(column);
  const numbers = table.rows.flatMap((row) => row[at] ?? []);
  const prefixes = new Set(numbers.map((number) => /^(\D+)\d+$/.exec(String(number))?.[1]));
  const [prefix] = prefixes;
  if (prefixes.size !== 1 || prefix === undefined || prefix.length > longestPrefix) return table;
  return { ...mapColumn(table, column, (number) => number.slice(prefix.length)), prefix };
}

/** Moves the columns without texts to the front: in JSON, each change between texts and other values costs two tokens. */
export function textsLast(table: Rows): Rows {
  const hasText = table.columns.map((_, at) => table.rows.some((row) => typeof row[at] === 'string'));
  const order = [...table.columns.keys()].sort((a, b) => Number(hasText[a]) - Number(hasText[b]));
  return pick(table, order);
}

function mapColumn({ columns, rows }: Rows, column: string, change: (text: string) => string): Rows {
  const changedAt = columns.indexOf(column);
  const changed = (cell: Cell, at: number) =>
    at === changedAt && typeof cell === 'string' ? change(cell) : cell;
  return { columns, rows: rows.map((row) => row.map(changed)) };
}

/** @param places of the columns, in the order in which they are wanted */
function pick({ columns, rows }: Rows, places: readonly number[]): Rows {
  return {
    columns: places.flatMap((at) => columns[at] ?? []),
    rows: rows.map((row) => places.map((at) => row[at] ?? null)),
  };
}
