import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filePathOf } from './files.js';

test.each([
  ['4f1e/window/listOrders', ['4f1e', 'window', 'list%4frders']],
  ['order/42', ['order', '42']],
  ['con/nul/com1/console', ['%63on', '%6eul', '%63om1', 'console']],
  ['../..', ['%2e%2e', '%2e%2e']],
  ['a b/é/\\', ['a%20b', '%c3%a9', '%5c']],
])('%s is at %j', (key, path) => {
  expect(filePathOf(key)).toEqual(path);
});

test.each(['', '/a', 'a//b', 'a/', 'x'.repeat(121), 'a/\ud800', '\udfffb'])('%j is no key', (key) => {
  expect(() => filePathOf(key)).toThrow(TypeError);
});

test('two keys never share a file, even where case makes no difference', () => {
  const segment = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'aAbB%1é.- ßẞ') });
  fc.assert(
    fc.property(segment, segment, (one, two) => {
      const [first] = filePathOf(one);
      const [second] = filePathOf(two);
      expect(first?.toLowerCase() === second?.toLowerCase()).toBe(one === two);
      expect(first).toMatch(/^[a-z0-9_%-]+$/);
    }),
  );
});
