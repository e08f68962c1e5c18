import type * as testingModule from '@wemasy-orders/client/testing';
import type * as operationsModule from '@wemasy-orders/client/operations';
import { OrderStatus } from '@wemasy-orders/client/schemas';
import { describe, expect, it, vi } from 'vitest';
import { commands } from '../program.js';
import { sandboxOption, settingsOptions } from '../settings-options.js';
import { candidatesFor } from './complete.js';

vi.mock('@wemasy-orders/client/operations', async (importOriginal) => {
  const { operationsWithUsualMarks } = await vi.importActual<typeof testingModule>(
    '@wemasy-orders/client/testing',
  );
  const { operations, ...others } = await importOriginal<typeof operationsModule>();
  return { ...others, operations: operationsWithUsualMarks(operations) };
});

const grammar = { commands, globalOptions: [sandboxOption, ...settingsOptions] };
const texts = (...words: string[]) => candidatesFor(words, grammar).map(({ text }) => text);

describe('completion', () => {
  it('offers the commands, but no hidden ones', () => {
    expect(texts('')).toEqual(commands.flatMap(({ name, isHidden }) => (isHidden === true ? [] : [name])));
    expect(texts('sy')).toEqual(['sync', 'sync-due']);
    expect(texts('')).not.toContain('complete');
  });

  it('offers the commands below a command', () => {
    expect(texts('account', '')).toEqual(['list', 'add', 'rename']);
    expect(texts('journal', 'u')).toEqual(['use']);
    expect(texts('account', 'list', '--j')).toEqual(['--json']);
  });

  it('offers the options of the command, and the settings', () => {
    const some = ['--sort-key', '--status', '--search-query', '--summary', '--sandbox', '--state'];
    expect(texts('list', '--s')).toEqual(expect.arrayContaining(some));
    for (const text of texts('list', '--s')) expect(text).toMatch(/^--s/);
    expect(texts('sync', '--re')).toEqual(['--resend', '--report', '--read-only']);
  });

  it('offers the values that the document lists', () => {
    expect(texts('list', '--status', '')).toEqual(OrderStatus.options);
    const [status = ''] = OrderStatus.options;
    const alike = OrderStatus.options.filter((each) => each.startsWith(status.charAt(0)));
    expect(texts('list', `--status=${status.charAt(0)}`)).toEqual(alike.map((each) => `--status=${each}`));
    // As bash splits it.
    expect(texts('list', '--status', '=', status)).toEqual(
      OrderStatus.options.filter((each) => each.startsWith(status)),
    );
  });

  it('offers columns, also after a comma', () => {
    expect(texts('list', '--fields', 'id,tot')).toEqual(['id,total']);
  });

  it('skips options before the command, and their values', () => {
    expect(texts('--state', 'list', '--sandbox', 'complet')).toEqual(['completion']);
    expect(texts('--api-url', 'https://x', 'list', '--format', 'n')).toEqual(['ndjson']);
  });

  it('offers nothing for a file, so that the shell offers files', () => {
    expect(texts('sync', '--report', '')).toEqual([]);
  });
});
