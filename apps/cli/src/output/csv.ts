import { stringify } from 'csv-stringify/sync';
import type { RowText } from './rows.js';

/**
 * CSV as RFC 4180 has it. A text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV
 * injection): customers can write their names as they like. Numbers, negative ones too, are no formulas.
 */
export function createCsv(columns: readonly string[]): RowText {
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
