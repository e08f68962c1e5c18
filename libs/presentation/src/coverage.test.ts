import type { WalkFacts } from '@wemasy-orders/client';
import { describe, expect, it } from 'vitest';
import { coverageFields, coverageText, driftText, needsCoverageNote, unreadableText } from './coverage.js';
import { showsField } from './visibility.js';

const quiet: WalkFacts = {
  read: 8,
  counted: 8,
  repeated: 0,
  possiblyMissed: 0,
  unreadable: 0,
  pages: 3,
  coverage: 'adds_up',
  doubts: [],
  drift: [],
};
const inDoubt = (facts: Partial<WalkFacts>): WalkFacts => ({ ...quiet, coverage: 'in_doubt', ...facts });

describe('what a walk amounts to', () => {
  it.each<[WalkFacts, string]>([
    [{ ...quiet, pages: 1, coverage: 'complete' }, '8 orders read, all on one page.'],
    [quiet, '8 orders read, as many as the API counts.'],
    [
      { ...quiet, repeated: 1 },
      '8 orders read, as many as the API counts. 1 order came again and is counted once.',
    ],
    [
      inDoubt({ counted: 9, repeated: 1, possiblyMissed: 1, doubts: ['shortfall'] }),
      '8 orders read; the API counts 9. Up to 1 order may be missing. 1 order came again and is counted once.',
    ],
    [
      inDoubt({ counted: 8, possiblyMissed: 2, doubts: ['shrank'] }),
      '8 orders read. The list changed while it was read: up to 2 orders may be missing.',
    ],
    [inDoubt({ counted: 10, unreadable: 2, doubts: ['unreadable'] }), '8 orders read; the API counts 10.'],
    [inDoubt({ counted: 5, doubts: ['surplus'] }), '8 orders read; the API counts 5.'],
    [
      inDoubt({ counted: undefined, doubts: ['uncounted'] }),
      '8 orders read. The API did not count the orders, so some may be missing.',
    ],
    [
      inDoubt({ counted: 20, doubts: ['unfinished'] }),
      '8 orders read; the API counts 20. Not every page was read.',
    ],
    [
      inDoubt({ counted: 20, doubts: ['started_late'] }),
      '8 orders read; the API counts 20. The pages before the first one read are not included.',
    ],
    [
      inDoubt({ doubts: ['stalled'] }),
      '8 orders read. The API showed the same orders page after page, so reading ended early.',
    ],
    [
      inDoubt({ doubts: ['endless'] }),
      '8 orders read. The list grew faster than it could be read, so reading ended early.',
    ],
  ])('%#: is said in sentences', (facts, text) => {
    expect(coverageText(facts)).toBe(text);
    expect(needsCoverageNote(facts)).toBe(facts.coverage === 'in_doubt' || facts.repeated > 0);
  });

  it('is given as fields', () => {
    expect(coverageFields(inDoubt({ counted: undefined, possiblyMissed: 1, doubts: ['shrank'] }))).toEqual({
      coverage: 'in_doubt',
      read: 8,
      counted: null,
      repeated: 0,
      possibly_missed: 1,
      unreadable: 0,
      doubts: ['shrank'],
    });
  });
});

describe('an answer that differs from the document', () => {
  const drift = (path: string) =>
    ({ path, expected: 'string', found: 'number', result: 'converted' }) as const;

  it('is described without values, and briefly', () => {
    expect(driftText([])).toBeUndefined();
    expect(driftText([drift('data.data[].total')])).toBe(
      "The API's answer differs from its documentation in 1 field: data.data[].total (expected string, found number; converted).",
    );
    expect(driftText(['a', 'b', 'c', 'd', 'e'].map(drift))).toMatch(/in 5 fields: a .* and 2 more\.$/);
  });

  it('names the orders that could not be used', () => {
    expect(unreadableText([], 'none')).toBeUndefined();
    expect(
      unreadableText(
        [
          { position: 3, problem: 'id: expected integer, found string' },
          { position: 4, orderNumber: '8', problem: 'x' },
        ],
        'full',
      ),
    ).toBe(
      '2 orders could not be read and are left out: number 3 on its page (id: expected integer, found string), ' +
        `${showsField('order_number', 'full') ? 'order number 8, ' : ''}number 4 on its page (x).`,
    );
  });
});
