import type { Cell } from '@wemasy-orders/presentation';
import type { Channel } from '../terminal.js';
import { createCsv } from './csv.js';
import { createJsonArray, createJsonLines } from './json.js';
import { createTable } from './table.js';

/** How rows can be written. */
export const formats = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

export type Row = readonly Cell[];

/** Turns rows into text, some at a time, so that any number of them needs no more memory than one page. */
export interface RowText {
  /** The text for these rows, with whatever has to stand before them. */
  add(rows: readonly Row[]): string;
  /** What closes the output; with no rows added, all of it. */
  end(): string;
}

/** Writes rows in a format as they come. */
export function createRowText(format: Format, columns: readonly string[], out: Channel): RowText {
  switch (format) {
    case 'table':
      return createTable(columns, { width: out.columns(), hasColor: out.hasColor });
    case 'json':
      return createJsonArray(columns);
    case 'ndjson':
      return createJsonLines(columns);
    case 'csv':
      return createCsv(columns);
  }
}
