import { isObject, objectOr } from './json-value.js';

export type Cell = string | number | boolean | null;

/** What `list_orders` answers, as far as the view shows it. */
export interface OrdersTable {
  readonly page: number;
  readonly lastPage: number;
  readonly perPage: number;
  readonly total: number;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Columns that hold the same in every row and are therefore left out of it. */
  readonly constant: readonly (readonly [column: string, cell: Cell])[];
  readonly totals: readonly {
    readonly status: string;
    readonly count: number;
    /** Absent where no amount of these orders can be read or shown. */
    readonly sum: string | undefined;
  }[];
  /** Whether the totals cover all matching orders or only what is shown. */
  readonly totalsCoverAll: boolean;
  readonly note: string | undefined;
}

/** Reads a tool's structured content; undefined when it is no table of orders. */
export function readOrdersTable(value: unknown): OrdersTable | undefined {
  if (!isObject(value)) return undefined;
  const { page, last_page: lastPage, per_page: perPage, total, columns, rows, totals, note } = value;
  if (!isCount(page) || !isCount(lastPage) || !isCount(perPage) || !isCount(total)) return undefined;
  if (!Array.isArray(columns) || !Array.isArray(rows) || !isObject(totals)) return undefined;
  return {
    page,
    lastPage,
    perPage,
    total,
    columns: columns.map(String),
    rows: rows.map((row: unknown) => (Array.isArray(row) ? row.map(toCell) : [])),
    constant: Object.entries(objectOr(value['constant'])).map(([column, cell]) => [column, toCell(cell)]),
    totals: Object.entries(totals).flatMap(([status, amounts]) =>
      isObject(amounts) ? [{ status, count: Number(amounts['count']), sum: textOf(amounts['sum']) }] : [],
    ),
    totalsCoverAll: value['totals_scope'] === 'all',
    note: textOf(note),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}
