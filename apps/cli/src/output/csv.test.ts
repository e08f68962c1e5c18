import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCsv, createExcelCsv } from './csv.js';

const csvOf = (...cells: readonly string[]) =>
  createCsv(cells.map(() => 'c'))
    .add([cells])
    .split('\n')
    .slice(1)
    .join('\n');

describe('CSV', () => {
  it('names its columns once, over all pages', () => {
    const csv = createCsv(['id', 'name']);
    expect(csv.add([[1, 'Jan']]) + csv.add([[2, null]]) + csv.end()).toBe('id,name\n1,Jan\n2,\n');
  });

  it('names its columns when there is nothing else', () => {
    expect(createCsv(['id', 'name']).end()).toBe('id,name\n');
  });

  it('quotes what has to be quoted', () => {
    expect(createCsv(['a']).add([['x,y'], ['say "hi"'], [true]])).toBe('a\n"x,y"\n"say ""hi"""\ntrue\n');
  });

  it.each(['=1+1', '+31 6 12345678', '-2+3', '@SUM(A1)', '\t=1+1', '\uFF1D1+1'])(
    'lets no spreadsheet run %j',
    (text) => {
      expect(csvOf(text)).toMatch(/^"?'/);
    },
  );

  it.each([
    ['Jan;=1+1;x', "Jan;'=1+1;x"],
    ['Jan; =1+1', "Jan; '=1+1"],
    ['Jan,-2+3', `"Jan,'-2+3"`],
    ['Jan\t@SUM(A1)', "Jan\t'@SUM(A1)"],
    ['Jan;"=1+1"', `"Jan;""'=1+1"""`],
  ])('lets no reader that splits elsewhere run %j', (text, written) => {
    expect(csvOf(text)).toBe(`${written}\n`);
  });

  it.each(['-12.50', '+5', '129.99551', '0'])('leaves the number %j as it is', (text) => {
    expect(csvOf(text)).toBe(`${text}\n`);
  });

  it('holds no formula, whatever its texts are and whatever a reader splits on', () => {
    const piece = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      ';',
      ',',
      '\t',
      '"',
      "'",
      ' ',
      '\n',
      '1',
      'a',
      '\uFF1D',
      '|',
    );
    const cell = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 4 }), (cells) => {
        for (const text of [
          createCsv(cells.map(() => 'c')).add([cells]),
          createExcelCsv(cells.map(() => 'c')).add([cells]),
        ]) {
          for (const delimiter of [',', ';', '\t']) {
            for (const field of [
              ...split(text, delimiter),
              ...text.split(/[\r\n]/).flatMap((line) => line.split(delimiter)),
            ]) {
              expect(isFormula(field), JSON.stringify({ text, delimiter, field })).toBe(false);
            }
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Splits as a spreadsheet does: a field that begins with a quote ends with the next single quote. */
function split(text: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') field += text[(at += 1)] ?? '';
      else isQuoted = false;
    } else if (character === '"' && field === '') isQuoted = true;
    else if (character === delimiter || character === '\n' || character === '\r') {
      fields.push(field);
      field = '';
    } else field += character;
  }
  return [...fields, field];
}

/** A number with a sign is none, alone or in front of what a reader takes for its rest. */
function isFormula(field: string): boolean {
  const start = field.replace(/^[\uFEFF\s"]+/, '');
  return /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/.test(start) && !/^[+-]\d+([.,]\d+)?("|$|,|;|\t)/.test(start);
}

describe('CSV for Excel', () => {
  it('has a byte order mark once, semicolons, CRLF and decimal commas', () => {
    const csv = createExcelCsv(['id', 'customer', 'total']);
    const text = csv.add([[1, 'Müller; Zn', '129.99551']]) + csv.add([[2, null, '-5']]) + csv.end();
    expect(text).toBe('\uFEFFid;customer;total\r\n1;"Müller; Zn";129,99551\r\n2;;-5\r\n');
    expect(createExcelCsv(['id']).end()).toBe('\uFEFFid\r\n');
  });

  it('keeps dates, which Excel reads in every language', () => {
    expect(createExcelCsv(['date']).add([['2026-02-17 12:05']])).toContain('\r\n2026-02-17 12:05\r\n');
  });

  it.each([
    '0031',
    '1e3',
    '12-14',
    '1/2',
    'mei 5',
    '5 dec 2026',
    '12:30',
    '12 A',
    '€ 5',
    '50%',
    'WAAR',
    '1.000,00',
  ])('keeps the text %j a text', (text) => {
    expect(createExcelCsv(['name']).add([[text]])).toContain(`\r\n'${text}\r\n`);
  });

  it.each(['1234 AB', 'Jan', 'INV-7', 'Dorpsstraat 12', '7 Up', 'maart'])(
    'leaves the text %j alone',
    (text) => {
      expect(createExcelCsv(['name']).add([[text]])).toContain(`\r\n${text}\r\n`);
    },
  );

  it('makes no number of an amount that Excel would round or misread', () => {
    const csv = createExcelCsv(['total']);
    const [, ...lines] = csv
      .add([
        ['1234567890123.45'],
        ['12345678901234.567'],
        ['0.123456789012345'],
        ['1.234,56'],
        ['1,5'],
        ['gratis'],
      ])
      .split('\r\n');
    expect(lines).toEqual([
      '1234567890123,45',
      "'12345678901234.567",
      '0,123456789012345',
      "'1.234,56",
      "'1,5",
      'gratis',
      '',
    ]);
  });
});
