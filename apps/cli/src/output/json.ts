import { cleanValue } from '@wemasy-orders/presentation';
import type { Row, RowWriter } from './row-writer.js';

/** One JSON array of objects, one object a line. */
export function createJsonArray(columns: readonly string[]): RowWriter {
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

/**
 * One JSON object: the rows as an array, one a line, and `facts` about them after it.
 *
 * @param name of the array
 */
export function createJsonDocument(name: string, columns: readonly string[]): RowWriter {
  const array = createJsonArray(columns);
  const key = `{\n${JSON.stringify(name)}: `;
  let start = key;
  const opened = (text: string) => {
    const whole = start + text;
    if (text !== '') start = '';
    return text === '' ? '' : whole;
  };
  return {
    add: (rows) => opened(array.add(rows)),
    end: (facts) => `${opened(array.end()).trimEnd()},\n"facts": ${cleanJson(facts ?? {}).trimEnd()}\n}\n`,
  };
}

/** One JSON object a line. */
export function createJsonLines(columns: readonly string[]): RowWriter {
  return {
    add: (rows) => rows.map((row) => `${JSON.stringify(objectOf(columns, row))}\n`).join(''),
    end: () => '',
  };
}

function objectOf(columns: readonly string[], row: Row) {
  return Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]));
}

/** Any value as JSON. Its texts are cleaned, since they may come from the API. */
export function cleanJson(value: unknown): string {
  return `${JSON.stringify(cleanValue(value), null, 2)}\n`;
}
