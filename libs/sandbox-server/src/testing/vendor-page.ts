import { readFileSync } from 'node:fs';

/** A page of the vendor's documentation, word for word. */
export interface VendorPage {
  readonly text: string;
  /** The lines on request and answers, without table headings. */
  readonly lines: readonly string[];
  /** The answer under "Response Example". */
  readonly example: unknown;
}

export function readVendorPage(name: 'list-orders' | 'sync-order'): VendorPage {
  const text = readFileSync(new URL(`../../../../openapi/vendor/${name}.txt`, import.meta.url), 'utf8');
  const [, fromRequest = ''] = text.split(/^Request Body(?: Required)?$/m);
  const [described = ''] = fromRequest.split('\nBase URL\n');
  const lines = described
    .split('\n')
    .filter((line) => line !== '' && line !== 'Headers' && !/^(Field|Header)Type/.test(line));
  const [, example = ''] = text.split('Response Example\n');
  return { text, lines: [...new Set(lines)], example: JSON.parse(example.split('\n\nTry It')[0] ?? '') };
}
