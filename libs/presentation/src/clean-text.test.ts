import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, cleanValue } from './clean-text.js';

/** Any there is, those of common scripts and invisible ones more often. */
const codePoint = fc.oneof(fc.integer({ min: 0, max: 0x10ffff }), fc.integer({ min: 0, max: 0x2fff }));

describe('text from outside', () => {
  it.each([
    ['plain text', 'Jansen & Zn., café', 'Jansen & Zn., café'],
    ['line breaks and tabs', 'a\r\n\tb', 'a b'],
    ['unicode line separators', 'a\u2028b\u2029c', 'a b c'],
    ['null and bell', 'a\u0000b\u0007c', 'a b c'],
    ['C1 controls', 'a\u0085b\u0086c', 'a b c'],
    ['terminal colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a terminal title', '\u001b]0;owned\u0007after', 'after'],
    ['zero-width characters', 'pa\u200bss\u200c\u200dwo\u2060rd\ufeff', 'password'],
    ['bidirectional overrides', 'abc\u202edef\u202c\u2066ghi\u2069\u200e\u061c', 'abcdefghi'],
    ['tag characters', 'hi\u{e0069}\u{e0067}\u{e006e}\u{e007f}', 'hi'],
    ['variation selectors', 'a\ufe0fb\u{e0100}c', 'abc'],
    ['fillers and soft hyphens', 'a\u3164\u115f\u00ad\u180eb', 'ab'],
    ['private use and unassigned', 'a\ue000\u{10ffff}b', 'ab'],
    ['lone surrogates', 'a\ud800b\udc00', 'ab'],
    ['emoji', 'Dank je 🎉', 'Dank je 🎉'],
    ['nothing that shows after a space', 'paid \u200b\u202e', 'paid'],
    ['more spaces than words need', '  Jan  Jansen ', 'Jan Jansen'],
  ])('keeps what a reader sees and drops the rest: %s', (_, text, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });

  it('is cut when it is over-long, between characters', () => {
    const cleaned = cleanText('🎉'.repeat(10_000));
    expect([...cleaned]).toHaveLength(300);
    expect(cleaned.endsWith('🎉…')).toBe(true);
  });

  it.each(['🎉', 'x'])('is left whole up to 300 characters: %s', (character) => {
    const text = character.repeat(300);
    expect(cleanText(text)).toBe(text);
    expect(cleanText(`${text}x`)).toBe(`${character.repeat(299)}…`);
  });

  it('is on one line and does not change when it is cleaned again', () => {
    fc.assert(
      fc.property(
        fc
          .oneof(fc.array(codePoint), fc.array(codePoint, { minLength: 290, maxLength: 320 }))
          .map((points) => String.fromCodePoint(...points)),
        (text) => {
          const cleaned = cleanText(text);
          expect(cleaned).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u);
          expect(cleanText(cleaned)).toBe(cleaned);
        },
      ),
    );
  });
});

describe('a value from outside', () => {
  const hidden = 'a\u200bb';

  it.each<[unknown, unknown]>([
    [hidden, 'ab'],
    [7, 7],
    [null, null],
    [undefined, undefined],
    [true, true],
    [[], []],
    [{}, {}],
    [
      [hidden, [hidden, 1], null],
      ['ab', ['ab', 1], null],
    ],
    [
      { [hidden]: hidden, list: [{ [hidden]: null }] },
      { ab: 'ab', list: [{ ab: null }] },
    ],
  ])('has clean texts and names, however deep: %j', (value, cleaned) => {
    expect(cleanValue(value)).toStrictEqual(cleaned);
  });
});
