import { stripVTControlCharacters } from 'node:util';

/** Longest text that one cell or one quoted message may have, in characters. */
const maxLength = 300;

/** Words of printable ASCII with a space between them: most texts, and nothing of them has to go. */
const plain = /^[!-~]+( [!-~]+)*$/;

/** Characters that show nothing or reorder what is shown; they hide instructions from a human reader. */
const invisible =
  /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Co}\p{Cn}\p{Cs}\u{E0000}-\u{E0FFF}\uFFF9-\uFFFB]/gu;

/**
 * Makes a string that came from a customer or the API fit to be placed in a result: on one line, without control,
 * zero-width, bidirectional, tag or variation characters, and of bounded length. What remains is still untrusted; it
 * belongs in data positions only.
 */
export function cleanText(text: string): string {
  if (text.length <= maxLength && plain.test(text)) return text;
  const visible = stripVTControlCharacters(text)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(invisible, '')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...visible];
  return characters.length <= maxLength ? visible : `${characters.slice(0, maxLength - 1).join('')}…`;
}

/** Any value with its texts and names cleaned: JSON would write hidden characters out and so carry them past a reader. */
export function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [cleanText(name), cleanValue(child)]),
  );
}
