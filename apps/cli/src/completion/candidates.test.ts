import { OrderStatus } from '@wemasy-orders/client/schemas';
import { describe, expect, it } from 'vitest';
import { definitions } from '../program.js';
import { sandboxOption, settingsOptions } from '../settings-options.js';
import { candidatesFor } from './candidates.js';

const grammar = { definitions, globalOptions: [sandboxOption, ...settingsOptions] };
const texts = (...words: string[]) => candidatesFor(words, grammar).map(({ text }) => text);

describe('completion', () => {
  it('knows the commands, but not those that are not for people', () => {
    expect(texts('')).toEqual(definitions.flatMap(({ name, isHidden }) => (isHidden === true ? [] : [name])));
    expect(texts('sy')).toEqual(['sync', 'sync-due']);
    expect(texts('')).not.toContain('complete');
  });

  it('knows the options of the command, and the settings', () => {
    expect(texts('list', '--s')).toEqual([
      '--sort-key',
      '--sort-order',
      '--status',
      '--search-query',
      '--summary',
      '--sandbox',
      '--state',
    ]);
    expect(texts('sync', '--re')).toEqual(['--resend', '--report', '--read-only']);
  });

  it('knows the values that the document lists', () => {
    expect(texts('list', '--status', '')).toEqual(OrderStatus.options);
    expect(texts('list', '--status=p')).toEqual([
      '--status=payment_received',
      '--status=paid',
      '--status=pending',
    ]);
    // As bash breaks it up.
    expect(texts('list', '--status', '=', 'pai')).toEqual(['paid']);
  });

  it('knows columns, also the second one', () => {
    expect(texts('list', '--fields', 'id,tot')).toEqual(['id,total']);
  });

  it('is not led astray by options before the command, or by their values', () => {
    expect(texts('--state', 'list', '--sandbox', 'complet')).toEqual(['completion']);
    expect(texts('--api-url', 'https://x', 'list', '--format', 'n')).toEqual(['ndjson']);
  });

  it('has nothing to offer for a file, so that the shell offers files', () => {
    expect(texts('sync', '--report', '')).toEqual([]);
  });
});
