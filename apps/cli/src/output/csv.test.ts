import { describe, expect, it } from 'vitest';
import { createCsv } from './csv.js';

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

  it.each(['=1+1', '+31 6 12345678', '-2+3', '@SUM(A1)'])('lets no spreadsheet run %j', (text) => {
    expect(createCsv(['a']).add([[text]])).toBe(`a\n'${text}\n`);
  });

  it.each(['-12.50', '+5', '129.99551', '0'])('leaves the number %j as it is', (text) => {
    expect(createCsv(['a']).add([[text]])).toBe(`a\n${text}\n`);
  });
});
