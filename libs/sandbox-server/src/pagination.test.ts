import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PaginationLink } from '@wemasy-orders/client/schemas';
import { paginate } from './pagination.js';

const path = 'http://127.0.0.1:4010/api/orders';

/** The labels between « Previous and Next », the current one in brackets. */
function shownPages(page: number, lastPage: number): string {
  const { links } = paginate({ orders: [{}], total: lastPage }, { page, perPage: 1 }, path);
  return z
    .array(PaginationLink)
    .parse(links)
    .slice(1, -1)
    .map(({ label, active }) => (active ? `[${label}]` : label))
    .join(' ');
}

describe('page links, windowed as in Laravel', () => {
  it.each([
    [1, 1, '[1]'],
    [2, 3, '1 [2] 3'],
    [1, 13, '[1] 2 3 4 5 6 7 8 9 10 11 12 13'],
    [1, 14, '[1] 2 3 4 5 6 7 8 9 10 ... 13 14'],
    [7, 14, '1 2 3 4 5 6 [7] 8 9 10 ... 13 14'],
    [8, 14, '1 2 ... 5 6 7 [8] 9 10 11 12 13 14'],
    [8, 30, '1 2 ... 5 6 7 [8] 9 10 11 ... 29 30'],
    [23, 30, '1 2 ... 20 21 22 [23] 24 25 26 ... 29 30'],
    [24, 30, '1 2 ... 21 22 23 [24] 25 26 27 28 29 30'],
    [30, 30, '1 2 ... 21 22 23 24 25 26 27 28 29 [30]'],
    [99, 30, '1 2 ... 21 22 23 24 25 26 27 28 29 30'],
  ])('page %d of %d: %s', (page, lastPage, shown) => {
    expect(shownPages(page, lastPage)).toBe(shown);
  });

  it('gaps have no URL, pages have one', () => {
    const { links } = paginate({ orders: [{}], total: 30 }, { page: 15, perPage: 1 }, path);
    expect(links).toContainEqual({ url: null, label: '...', active: false });
    expect(links).toContainEqual({ url: `${path}?page=16`, label: '16', active: false });
  });
});

describe('from and to of a page', () => {
  it.each([
    ['the first page', { orders: [1, 2], page: 1 }, { from: 1, to: 2, prev: null, next: `${path}?page=2` }],
    [
      'a middle page',
      { orders: [3, 4], page: 2 },
      { from: 3, to: 4, prev: `${path}?page=1`, next: `${path}?page=3` },
    ],
    ['a partial last page', { orders: [5], page: 3 }, { from: 5, to: 5, prev: `${path}?page=2`, next: null }],
    [
      'a page beyond the last',
      { orders: [], page: 9 },
      { from: null, to: null, prev: `${path}?page=8`, next: null },
    ],
  ])('%s', (_, { orders, page }, { from, to, prev, next }) => {
    expect(paginate({ orders, total: 5 }, { page, perPage: 2 }, path)).toMatchObject({
      current_page: page,
      from,
      to,
      prev_page_url: prev,
      next_page_url: next,
      last_page: 3,
      last_page_url: `${path}?page=3`,
      total: 5,
    });
  });

  it('an empty list has one page', () => {
    expect(paginate({ orders: [], total: 0 }, { page: 1, perPage: 10 }, path)).toEqual({
      current_page: 1,
      data: [],
      first_page_url: `${path}?page=1`,
      from: null,
      last_page: 1,
      last_page_url: `${path}?page=1`,
      links: [
        { url: null, label: '« Previous', active: false },
        { url: `${path}?page=1`, label: '1', active: true },
        { url: null, label: 'Next »', active: false },
      ],
      next_page_url: null,
      path,
      per_page: 10,
      prev_page_url: null,
      to: null,
      total: 0,
    });
  });
});
