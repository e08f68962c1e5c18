// @ts-check
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { generate } from '../generate.js';
import { DocumentError } from './issues.js';
import { documentWith } from '../testing/document-with.js';

/** @typedef {readonly string[]} Path */

const ours = readFileSync(new URL('../../../../openapi/wemasy-orders.yaml', import.meta.url), 'utf8');
const place = { documentPath: 'openapi/test.yaml', outputPath: 'libs/test/src/generated' };

/** @param {unknown} value @param {Path} [path] @returns {Path[]} every place below a value */
function placesIn(value, path = []) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    return [here, ...placesIn(inner, here)];
  });
}

/** @param {unknown} value @param {Path} path @param {unknown} replacement undefined: removed @returns {unknown} */
function changed(value, [key, ...rest], replacement) {
  if (key === undefined) return replacement;
  const entries = Object.entries(Object(value)).map(([name, inner]) => [
    name,
    name === key ? changed(inner, rest, replacement) : inner,
  ]);
  const kept = entries.filter(([, inner]) => inner !== undefined);
  return Array.isArray(value) ? kept.map(([, inner]) => inner) : Object.fromEntries(kept);
}

// Fixed budgets; fast-check prints the seed of a failure.
it.each([
  ['the smallest document', JSON.parse(documentWith()), 100],
  ['our document', parse(ours), 30],
])(
  'a change anywhere in %s gives files, or names what is not understood',
  { timeout: 120_000 },
  async (_, document, numRuns) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...placesIn(document)),
        fc.constantFrom(undefined, null, [], {}, '', 'x', 0, -1, 1.5, true, '__proto__', '#/components'),
        async (path, replacement) => {
          const text = JSON.stringify(changed(document, path, replacement));
          try {
            const files = await generate(text, { ...place, writes: ['syncOrder'] });
            expect(Object.keys(files)).toContain('schemas.ts');
          } catch (error) {
            if (!(error instanceof DocumentError)) throw error;
            expect(error.message).not.toBe('');
          }
        },
      ),
      { numRuns },
    );
  },
);

it.each([300, 500, 1_000])('a schema of %i levels gives files, or is nested too deep', async (levels) => {
  /** @type {object} */
  let deep = { type: 'string', 'x-privacy': 'public' };
  for (let level = 0; level < levels; level += 1) deep = { type: 'object', properties: { inside: deep } };
  const outcome = await generate(documentWith({ schemas: { Things: deep } }), place).catch(
    (/** @type {unknown} */ error) => error,
  );
  if (outcome instanceof DocumentError)
    expect(outcome.message).toContain('the document: it is nested too deep');
  else expect(Object(outcome)).toHaveProperty(['schemas.ts']);
});
