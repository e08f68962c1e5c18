import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from './line-splitter.js';

function linesOf(chunks: readonly Buffer[], longestBytes = 1_000) {
  const lines: string[] = [];
  let tooLong = 0;
  const splitter = createLineSplitter({
    onLine: (line) => lines.push(line),
    onTooLong: () => (tooLong += 1),
    longestBytes,
  });
  for (const chunk of chunks) splitter.add(chunk);
  splitter.end();
  return { lines, tooLong };
}

describe('lines', () => {
  it('end with LF, with CRLF, or with the input; blank ones are passed over', () => {
    expect(linesOf([Buffer.from('a\nb\r\n\n \r\nc')]).lines).toEqual(['a', 'b', 'c']);
  });

  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 1, max: 7 }),
        (texts, size) => {
          const bytes = Buffer.from(texts.map((text) => `${text.replaceAll(/[\r\n]/g, '')}\n`).join(''));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
            bytes.subarray(at * size, (at + 1) * size),
          );
          expect(linesOf(chunks)).toEqual(linesOf([bytes]));
        },
      ),
    );
  });

  it('that are too long are dropped, and the next one is read', () => {
    const long = 'x'.repeat(2_000);
    const pieces = [`${long.slice(0, 600)}`, long.slice(600), '\nafter\n', `${long}\nlast`];
    expect(linesOf(pieces.map((piece) => Buffer.from(piece)))).toEqual({
      lines: ['after', 'last'],
      tooLong: 2,
    });
  });
});
