import type { Channel } from '../terminal.js';
import { createCsv } from './csv.js';
import { createJsonArray, createJsonLines } from './json.js';
import type { RowWriter } from './row-writer.js';
import { createTable } from './table.js';

export const formats = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

export function createRowWriter(format: Format, columns: readonly string[], out: Channel): RowWriter {
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
