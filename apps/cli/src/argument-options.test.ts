import { ListOrdersRequest, OrderStatus } from '@wemasy-orders/client/schemas';
import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createArgumentOptions } from './argument-options.js';

const filters = createArgumentOptions([], ListOrdersRequest);

describe('filter options', () => {
  it('cover every filter of the document, each with its description', () => {
    expect(filters.options).toHaveLength(Object.keys(ListOrdersRequest.shape).length);
    for (const { description } of filters.options) expect(description).not.toBe('');
  });

  it('have names in kebab case', () => {
    const names = ['--sort-key', '--sort-order', '--per-page', '--status', '--search-query'];
    expect(filters.options.map(({ long }) => long)).toEqual(expect.arrayContaining(names));
  });

  it('offer the values that the document lists', () => {
    expect(filters.options.find(({ long }) => long === '--status')?.argChoices).toEqual(OrderStatus.options);
  });

  it('become what the request takes: numbers as numbers, digits in a text as text', () => {
    expect(filters.read({ perPage: '50', searchQuery: '42', status: 'paid' })).toEqual({
      per_page: 50,
      search_query: '42',
      status: 'paid',
    });
  });

  it('report all wrong values at once', () => {
    expect(() => filters.read({ perPage: 'many', status: 'lost' })).toThrow(
      /^--per-page "many": .+; --status "lost": .+\.$/,
    );
  });

  it.each(['0', '-1', '1.5', '', '1e3'])('reject %j orders a page', (text) => {
    expect(() => filters.read({ perPage: text })).toThrow(`--per-page ${JSON.stringify(text)}: `);
  });

  it('give way to the options of the command', () => {
    const own = ['--all', '--page <number>', '--fields <names>'].map((flags) => new Option(flags));
    const request = z.object({ all: z.boolean().optional(), page: z.string().optional(), paid: z.string() });
    const { options, read } = createArgumentOptions(own, request);
    const command = new Command();
    for (const option of [...own, ...options]) command.addOption(option);
    command.parse(['--all', '--page', '2', '--filter-all', 'true', '--filter-page', 'left', '--paid', 'no'], {
      from: 'user',
    });
    expect(command.opts()).toMatchObject({ all: true, page: '2' });
    expect(read(command.opts())).toEqual({ all: true, page: 'left', paid: 'no' });
  });
});
