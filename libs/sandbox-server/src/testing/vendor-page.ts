import { readFileSync } from 'node:fs';

/** A page of the vendor's documentation, word for word. */
export interface VendorPage {
  readonly text: string;
  /** The lines on request and answers, without table headings. */
  readonly lines: readonly string[];
  /** The answer under "Response Example". */
  readonly example: unknown;
  /** What the page prints as the value of a header. */
  readonly headerExample: (name: string) => string;
}

export function readVendorPage(name: 'list-orders' | 'sync-order'): VendorPage {
  const text = readFileSync(new URL(`../../../../openapi/vendor/${name}.txt`, import.meta.url), 'utf8');
  const [, fromRequest = ''] = text.split(/^Request Body(?: Required)?$/m);
  const [described = ''] = fromRequest.split('\nBase URL\n');
  const lines = described
    .split('\n')
    .filter((line) => line !== '' && line !== 'Headers' && !/^(Field|Header)Type/.test(line));
  const [, example = ''] = text.split('Response Example\n');
  return {
    text,
    lines: [...new Set(lines)],
    example: JSON.parse(example.split('\n\nTry It')[0] ?? ''),
    headerExample(name) {
      const line = lines.find((each) => each.startsWith(`${name} `));
      if (line === undefined) throw new TypeError(`the page has no header ${name}`);
      return line.slice(line.lastIndexOf(' ') + 1);
    },
  };
}

/**
 * The lines of a page that no test has as its name.
 *
 * @param testFile the URL of the tests' source
 * @param values what `${name}` stands for in it
 */
export function untestedLines(
  { lines }: VendorPage,
  testFile: string,
  values: Readonly<Record<string, string | number>>,
): string[] {
  const source = readFileSync(new URL(testFile), 'utf8');
  const tests = Object.entries(values).reduce(
    (text, [name, value]) => text.replaceAll(`\${${name}}`, String(value)),
    source,
  );
  return lines.filter((line) => !tests.includes(line));
}
