import { stringify } from 'csv-stringify/sync';
import type { RowWriter } from './row-writer.js';

/**
 * CSV as in RFC 4180. A text that a spreadsheet would run as a formula begins with an apostrophe (OWASP, CSV injection),
 * because customers choose their names freely. Numbers are no formulas, negative ones included.
 */
export function createCsv(columns: readonly string[]): RowWriter {
  let isFirst = true;
  return {
    add(rows) {
      const records = isFirst ? [columns, ...rows] : rows;
      isFirst = false;
      return stringify(
        records.map((record) => [...record]),
        {
          cast: {
            boolean: String,
            string: (value) => ({ value, escape_formulas: !isNumber(value) }),
          },
        },
      );
    },
    end() {
      return isFirst ? this.add([]) : '';
    },
  };
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?$/.test(text);
}
