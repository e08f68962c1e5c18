import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRateLimitHeaders } from './headers.js';

const NOW = Date.parse('Mon, 02 Mar 2026 12:00:00 GMT');
const parse = (headers: Record<string, string>) => parseRateLimitHeaders(new Headers(headers), NOW);

test("reads Laravel's headers on an ordinary answer", () => {
  expect(parse({ 'X-RateLimit-Limit': '60', 'X-RateLimit-Remaining': '59' })).toEqual({
    limit: 60,
    remaining: 59,
  });
});

test("reads Laravel's headers on a 429, where Reset is a date in unix seconds", () => {
  expect(
    parse({
      'X-RateLimit-Limit': '5',
      'X-RateLimit-Remaining': '0',
      'Retry-After': '42',
      'X-RateLimit-Reset': String(NOW / 1000 + 42),
    }),
  ).toEqual({ limit: 5, remaining: 0, retryAfterMs: 42_000, resetMs: 42_000 });
});

test('reads a small X-RateLimit-Reset as seconds to wait, as some servers send it', () => {
  expect(parse({ 'X-RateLimit-Reset': '30' })).toEqual({ resetMs: 30_000 });
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['Mon, 02 Mar 2026 12:00:10 GMT', 10_000],
    ['Monday, 02-Mar-26 12:00:10 GMT', 10_000],
    ['Mon Mar  2 12:00:10 2026', 10_000],
    ['Mon, 02 Mar 2026 11:00:00 GMT', 0],
  ])('%j is %d ms', (value, retryAfterMs) => {
    expect(parse({ 'Retry-After': value })).toEqual({ retryAfterMs });
  });

  test("a date counts from the server's own clock if the answer has a Date", () => {
    const headers = {
      Date: 'Mon, 02 Mar 2026 15:00:00 GMT',
      'Retry-After': 'Mon, 02 Mar 2026 15:00:07 GMT',
    };
    expect(parse(headers)).toEqual({ retryAfterMs: 7_000 });
  });
});

describe('RateLimit and RateLimit-Policy (draft 10)', () => {
  test('are read together by the name of the policy', () => {
    expect(parse({ 'RateLimit-Policy': '"default";q=100;w=60', RateLimit: '"default";r=50;t=30' })).toEqual({
      limit: 100,
      remaining: 50,
      resetMs: 30_000,
    });
  });

  test('the policy with the least left decides', () => {
    expect(
      parse({
        'RateLimit-Policy': '"hour, all";q=1000;w=3600, "burst";q=10;w=1;pk="a;b"',
        RateLimit: '"hour, all";r=700;t=1800, "burst";r=3;t=1',
      }),
    ).toEqual({ limit: 10, remaining: 3, resetMs: 1000 });
  });

  test('a policy alone gives the limit', () => {
    expect(parse({ 'RateLimit-Policy': '"default";q=100;w=60' })).toEqual({ limit: 100 });
  });

  test('give way to the X- form, which the vendor documents', () => {
    expect(parse({ RateLimit: '"default";r=50', 'X-RateLimit-Remaining': '4' })).toEqual({ remaining: 4 });
  });
});

test('the first of two headers with one name counts', () => {
  const headers = new Headers({ 'X-RateLimit-Limit': '60' });
  headers.append('X-RateLimit-Limit', '1000');
  expect(parseRateLimitHeaders(headers, NOW)).toEqual({ limit: 60 });
});

test.each(['', 'soon', '-1', '1e9', '60.5', 'NaN', '99999999999999999999', '0x10'])(
  'leaves out an invalid value: %j',
  (value) => {
    const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'];
    expect(parse(Object.fromEntries(names.map((name) => [name, value])))).toEqual({});
  },
);

test('leaves out a limit of 0, which would allow no call', () => {
  expect(parse({ 'X-RateLimit-Limit': '0' })).toEqual({});
});

test('never throws and never returns a negative number', () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(...' ";,=rqt0159\\abcMon') }),
    fc.string({ unit: 'grapheme-ascii' }),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 6, maxLength: 6 }), (values) => {
      const names = [
        'retry-after',
        'x-ratelimit-reset',
        'x-ratelimit-limit',
        'ratelimit',
        'ratelimit-policy',
        'date',
      ];
      const headers = new Headers();
      names.forEach((name, at) => headers.set(name, values[at] ?? ''));
      for (const fact of Object.values(parseRateLimitHeaders(headers, NOW)))
        expect(fact).toBeGreaterThanOrEqual(0);
    }),
  );
});
