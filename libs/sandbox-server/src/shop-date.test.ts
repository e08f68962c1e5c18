import { expect, it } from 'vitest';
import { placedAtOf, shopDate } from './shop-date.js';

it.each([
  ['noon, as in the example', Date.UTC(2026, 1, 17, 12, 0), '2026-02-17 12:00:PM'],
  ['midnight', Date.UTC(2026, 1, 17, 0, 0), '2026-02-17 12:00:AM'],
  ['a morning', Date.UTC(2026, 9, 5, 9, 7), '2026-10-05 09:07:AM'],
  ['an evening', Date.UTC(2026, 11, 31, 23, 59), '2026-12-31 11:59:PM'],
])('writes and reads %s as Y-m-d h:i:A', (_, placedAt, date) => {
  expect(shopDate(placedAt)).toBe(date);
  expect(placedAtOf(date)).toBe(placedAt);
});

it.each(['', '2026-02-17', '2026-02-17 12:00', 'x 2026-02-17 12:00:PM'])('reads no date from %j', (text) => {
  expect(() => placedAtOf(text)).toThrow('not a date of the shop');
});
