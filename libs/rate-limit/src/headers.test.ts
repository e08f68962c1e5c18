import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRateLimited, parsePolicyHeaders, parseRateLimitHeaders, parseSimpleHeaders } from './headers.js';

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

describe('other forms', () => {
  test.each([
    [
      'drafts up to 06',
      { 'RateLimit-Limit': '100, 100;w=60', 'RateLimit-Remaining': '50', 'RateLimit-Reset': '30' },
      { limit: 100, remaining: 50, resetMs: 30_000 },
    ],
    [
      'draft 07',
      { RateLimit: 'limit=100, remaining=50, reset=30', 'RateLimit-Policy': '100;w=60' },
      { limit: 100, remaining: 50, resetMs: 30_000 },
    ],
    ['draft 07, policy alone', { 'RateLimit-Policy': '100;w=60' }, { limit: 100 }],
    ['draft 08', { RateLimit: 'default;r=50;t=30' }, { remaining: 50, resetMs: 30_000 }],
    [
      'Moneybird',
      { 'RateLimit-Limit': '150', 'RateLimit-Remaining': '12', 'RateLimit-Reset': String(NOW / 1000 + 60) },
      { limit: 150, remaining: 12, resetMs: 60_000 },
    ],
    [
      'GitHub',
      {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '4999',
        'x-ratelimit-reset': String(NOW / 1000 + 3600),
        'x-ratelimit-used': '1',
        'x-ratelimit-resource': 'core',
      },
      { limit: 5000, remaining: 4999, resetMs: 3_600_000 },
    ],
    [
      'X-Rate-Limit-…',
      { 'X-Rate-Limit-Limit': '15', 'X-Rate-Limit-Remaining': '3', 'X-Rate-Limit-Reset': '9' },
      { limit: 15, remaining: 3, resetMs: 9_000 },
    ],
    [
      'Shopify',
      { 'X-Shopify-Shop-Api-Call-Limit': '40/40', 'Retry-After': '2.0' },
      { limit: 40, remaining: 0, retryAfterMs: 2_000 },
    ],
  ])('reads %s', (_, headers, facts) => {
    expect(parse(headers)).toEqual(facts);
  });

  test.each(['40', '40/0', '-1/40', '1/2/3', 'x/40'])('leaves out an invalid bucket: %j', (value) => {
    expect(parse({ 'X-Shopify-Shop-Api-Call-Limit': value })).toEqual({});
  });
});

describe('a response that describes several limits', () => {
  const both = {
    'RateLimit-Policy': '"burst";q=10;w=1, "hour";q=1000;w=3600',
    RateLimit: '"burst";r=3;t=1, "hour";r=700;t=1800',
    'Retry-After': '7',
  };
  const hourly = { name: 'orders', limit: 1000, windowMs: 3_600_000 };
  const of = (headers: Record<string, string>, policy: typeof hourly, isOnly: boolean) =>
    parsePolicyHeaders(new Headers(headers), NOW, policy, isOnly);

  test.each([true, false])('gives a policy the one with its window (only policy: %j)', (isOnly) => {
    expect(of(both, hourly, isOnly)).toEqual({
      limit: 1000,
      remaining: 700,
      resetMs: 1_800_000,
      retryAfterMs: 7_000,
    });
  });

  test('gives a policy the one with its name', () => {
    expect(of(both, { name: 'burst', limit: 5, windowMs: 2_000 }, false)).toMatchObject({
      limit: 10,
      remaining: 3,
    });
  });

  test('gives one of several policies nothing if none fits, except Retry-After', () => {
    expect(of(both, { name: 'day', limit: 5, windowMs: 86_400_000 }, false)).toEqual({ retryAfterMs: 7_000 });
  });

  test('gives a limit without a window to the policy with its size', () => {
    const plain = { 'X-RateLimit-Limit': '1000', 'X-RateLimit-Remaining': '700' };
    expect(of(plain, hourly, false)).toEqual({ limit: 1000, remaining: 700 });
    expect(of(plain, { ...hourly, limit: 10 }, false)).toEqual({});
    expect(of(plain, { ...hourly, limit: 10 }, true)).toEqual({ limit: 1000, remaining: 700 });
  });
});

test.each([
  [429, {}, true],
  [403, { 'x-ratelimit-remaining': '0' }, true],
  [403, { 'retry-after': '60' }, true],
  [403, { 'x-ratelimit-remaining': '12' }, false],
  [403, {}, false],
  [200, { 'x-ratelimit-remaining': '0' }, false],
  [503, { 'retry-after': '60' }, false],
])('status %d with %j is refused by a rate limit: %j', (status, headers, refused) => {
  expect(isRateLimited({ status, headers: new Headers(Object.entries(headers)) })).toBe(refused);
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
    fc.property(fc.array(value, { minLength: 10, maxLength: 10 }), (values) => {
      const names = [
        'retry-after',
        'x-ratelimit-reset',
        'x-ratelimit-limit',
        'ratelimit',
        'ratelimit-policy',
        'ratelimit-limit',
        'ratelimit-reset',
        'x-rate-limit-remaining',
        'x-shopify-shop-api-call-limit',
        'date',
      ];
      const headers = new Headers();
      names.forEach((name, at) => headers.set(name, values[at] ?? ''));
      for (const fact of Object.values(parseRateLimitHeaders(headers, NOW)))
        expect(fact).toBeGreaterThanOrEqual(0);
    }),
  );
});

describe('the simple headers', () => {
  const anyValue = fc.oneof(
    fc.nat(2_000_000_000).map(String),
    fc.constantFrom('60, 60', '2.0', '-1', 'soon', ''),
  );
  const anyCount = fc.integer({ min: 1, max: 100 }).map(String);
  const named = <T>(prefix: string, value: T) => ({
    [`${prefix}-limit`]: value,
    [`${prefix}-remaining`]: value,
    [`${prefix}-reset`]: value,
  });
  const anyHeaders = fc
    .tuple(
      fc.record(
        { 'retry-after': anyValue, date: fc.constant('Mon, 02 Mar 2026 11:59:00 GMT') },
        { requiredKeys: [] },
      ),
      fc.record(named('x-ratelimit', anyValue), { requiredKeys: [] }),
      fc.record(named('x-rate-limit', anyValue), { requiredKeys: [] }),
      // Without a limit, a server that describes several may mean any of them.
      fc.option(fc.record(named('ratelimit', anyCount)), { nil: {} }),
    )
    .map((parts) => new Map(parts.flatMap((part) => Object.entries(part))));

  test('are read as among all others', () => {
    fc.assert(
      fc.property(anyHeaders, (headers) => {
        expect(parseSimpleHeaders(headers, NOW)).toEqual(parseRateLimitHeaders(headers, NOW));
      }),
    );
  });

  test('are the only ones', () => {
    const others = {
      ratelimit: '"default";r=5;t=30',
      'ratelimit-policy': '"default";q=60;w=60',
      'x-shopify-shop-api-call-limit': '32/40',
    };
    expect(parseSimpleHeaders(new Headers(others), NOW)).toEqual({});
  });
});
