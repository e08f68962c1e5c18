import { ListOrdersRequest, OrderStatus } from '@wemasy-orders/client/schemas';
import { describe, expect, it } from 'vitest';
import { filterOptions, parseFilters } from './order-filters.js';

describe('the filters', () => {
  it('are those of the document, each with what it says of them', () => {
    expect(filterOptions.map(({ field }) => field)).toEqual(Object.keys(ListOrdersRequest.shape));
    for (const { meaning } of filterOptions) expect(meaning).not.toBe('');
  });

  it('are spelled as flags are', () => {
    expect(filterOptions.map(({ flag }) => flag)).toEqual([
      'sort-key',
      'sort-order',
      'per-page',
      'status',
      'type',
      'search-query',
    ]);
  });

  it('offer the values that the document lists', () => {
    expect(filterOptions.find(({ field }) => field === 'status')?.choices).toEqual(OrderStatus.options);
  });

  it('are read as the request takes them: numbers as numbers, digits in a text as text', () => {
    expect(parseFilters({ per_page: '50', search_query: '42', status: 'paid' })).toEqual({
      filters: { per_page: 50, search_query: '42', status: 'paid' },
      faults: [],
    });
  });

  it('that are wrong are all told at once', () => {
    const { faults } = parseFilters({ per_page: 'many', status: 'lost' });
    expect(faults.map(({ flag, text }) => `${flag} ${text}`)).toEqual(['per-page many', 'status lost']);
  });

  it.each(['0', '-1', '1.5', '', '1e3'])('take no %j orders a page', (text) => {
    expect(parseFilters({ per_page: text }).faults).toHaveLength(1);
  });
});
