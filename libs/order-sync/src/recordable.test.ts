import { operations } from '@wemasy-orders/client/operations';
import { describe, expect, it } from 'vitest';
import type { Outcome } from './journal.js';
import { recordable } from './recordable.js';

describe('what the API says of an order', () => {
  const outcomes: readonly Outcome[] = [
    { state: 'synced', message: 'Booked for Jan Jansen.' },
    { state: 'rejected', code: 'validation_failed', reason: 'Refused.', message: 'Jan Jansen is unknown.' },
    { state: 'unknown', reason: 'Too late.', message: 'Jan Jansen waits.' },
  ];

  it.each(outcomes)('is recorded of an order that is $state where every reader may see it', (outcome) => {
    expect(recordable(outcome, { ...operations.syncOrder, words: 'public' })).toEqual(outcome);
  });

  it.each(outcomes)('is not recorded of an order that is $state where it may be personal', (outcome) => {
    for (const words of ['name', 'personal', 'secret'] as const) {
      const recorded = recordable(outcome, { ...operations.syncOrder, words });
      expect(recorded).toEqual({ ...outcome, message: '' });
    }
  });

  it('is not invented where it said nothing', () => {
    const outcome: Outcome = { state: 'unknown', reason: 'Too late.' };
    expect(recordable(outcome, { ...operations.syncOrder, words: 'secret' })).toEqual(outcome);
  });
});
