import type { Cell } from '@wemasy-orders/presentation';
import { stringify } from 'csv-stringify/sync';
import type { RowWriter } from './row-writer.js';

/**
 * CSV as in RFC 4180. Customers choose their names freely, so no text runs as a formula, also in a reader that splits on
 * another character than the comma: an apostrophe precedes it (OWASP, CSV injection).
 */
export function createCsv(columns: readonly string[]): RowWriter {
  return createRecords(columns, (cell) =>
    typeof cell === 'string' && !isDecimal(cell) ? withoutFormulas(cell) : cell,
  );
}

/**
 * CSV that a Dutch Excel opens by double click: a byte order mark, since Excel takes UTF-8 for Windows-1252 without one;
 * semicolons, since the comma is decimal; CRLF. A text that Excel would turn into a number or a date begins with an
 * apostrophe, and so does a number with more digits than Excel keeps.
 */
export function createExcelCsv(columns: readonly string[]): RowWriter {
  const areAmounts = columns.map((name) => amountColumns.has(name));
  const csv = createRecords(
    columns,
    (cell, at) => {
      if (typeof cell === 'boolean' || cell === null) return cell;
      if (typeof cell === 'number' || areAmounts[at] === true) return excelNumber(String(cell));
      return isIsoMinute(cell) ? cell : excelText(cell);
    },
    { delimiter: ';', record_delimiter: 'windows' },
  );
  let mark = '\uFEFF';
  const marked = (text: string) => {
    const whole = text === '' ? '' : mark + text;
    if (text !== '') mark = '';
    return whole;
  };
  return { add: (rows) => marked(csv.add(rows)), end: () => marked(csv.end()) };
}

/** Columns of decimal strings. */
const amountColumns: ReadonlySet<string> = new Set(['total', 'sum']);

function createRecords(
  columns: readonly string[],
  cellOf: (cell: Cell, at: number) => Cell,
  options: { readonly delimiter?: string; readonly record_delimiter?: 'windows' } = {},
): RowWriter {
  let isFirst = true;
  return {
    add(rows) {
      const records = rows.map((row) => row.map(cellOf));
      const all = isFirst ? [[...columns], ...records] : records;
      isFirst = false;
      return stringify(all, { ...options, cast: { boolean: String } });
    },
    end() {
      return isFirst ? this.add([]) : '';
    },
  };
}

/** What a formula begins with, at the start of the text and after every character that a reader may split on. */
const formulaStart = /(^|[,;\t\r\n])([\s"']*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g;

function withoutFormulas(text: string): string {
  const cleaned = text.replace(formulaStart, "$1$2'");
  // At its very start a tab or line break is dropped by some readers, and what follows it begins the cell.
  return /^[\t\r\n]/.test(cleaned) ? `'${cleaned}` : cleaned;
}

function isDecimal(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?$/.test(text);
}

/** Excel keeps 15 significant digits of a number. */
const excelDigits = 15;

function excelNumber(text: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return excelText(text);
  const digits = text.replace(/^[+-]?0*\.?0*|\./g, '');
  return digits.length > excelDigits ? `'${text}` : text.replace('.', ',');
}

function excelText(text: string): string {
  const safe = withoutFormulas(text);
  return isConvertible(text) && safe === text ? `'${text}` : safe;
}

/** Whether Excel may turn a text into a number, an amount, a percentage, a fraction, a date, a time or a truth value. */
function isConvertible(text: string): boolean {
  if (/^\s*(true|false|waar|onwaar)\s*$/i.test(text)) return true;
  const rest = text.replace(/(jan|feb|mrt|maa|mar|apr|mei|may|jun|jul|aug|sep|okt|oct|nov|dec)\p{L}*/giu, '');
  return /\p{Nd}/u.test(rest) && /^([\s\p{Nd}.,:;/%()+\-'€$£]|\b[ap]m?\b|eur|e(?=[+-]?\d))*$/iu.test(rest);
}

/** The form of `readableDate`, which Excel reads as a date in every language. */
function isIsoMinute(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/.test(text);
}
