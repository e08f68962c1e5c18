import { cleanText } from '@wemasy-orders/presentation';
import type { Row, RowText } from './rows.js';

/** One JSON array of objects, one object a line. */
export function createJsonArray(columns: readonly string[]): RowText {
  let isFirst = true;
  return {
    add(rows) {
      const objects = rows.map((row) => JSON.stringify(objectOf(columns, row)));
      if (objects.length === 0) return '';
      const text = `${isFirst ? '[\n' : ',\n'}${objects.join(',\n')}`;
      isFirst = false;
      return text;
    },
    end: () => (isFirst ? '[]\n' : '\n]\n'),
  };
}

/** One JSON object a line. */
export function createJsonLines(columns: readonly string[]): RowText {
  return {
    add: (rows) => rows.map((row) => `${JSON.stringify(objectOf(columns, row))}\n`).join(''),
    end: () => '',
  };
}

function objectOf(columns: readonly string[], row: Row) {
  return Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]));
}

/** Anything as JSON for a terminal or a program: its texts may come from the API, so they are cleaned. */
export function cleanJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, part: unknown) => (typeof part === 'string' ? cleanText(part) : part),
    2,
  );
  return `${text}\n`;
}
