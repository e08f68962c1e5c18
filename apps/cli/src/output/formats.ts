import type { Channel } from '../terminal.js';
import { createJsonArray, createJsonDocument, createJsonLines } from './json.js';
import type { RowWriter } from './row-writer.js';
import { createTable } from './table.js';

export const formats = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number] | 'excel';

/** @param rowsName name of the rows in a JSON document, which then has facts about them too; default: a JSON array */
export async function createRowWriter(
  format: Format,
  columns: readonly string[],
  out: Channel,
  rowsName?: string,
): Promise<RowWriter> {
  switch (format) {
    case 'table':
      return createTable(columns, { width: out.columns(), hasColor: out.hasColor });
    case 'json':
      return rowsName === undefined ? createJsonArray(columns) : createJsonDocument(rowsName, columns);
    case 'ndjson':
      return createJsonLines(columns);
    case 'csv':
      return (await import('./csv.js')).createCsv(columns);
    case 'excel':
      return (await import('./csv.js')).createExcelCsv(columns);
  }
}
