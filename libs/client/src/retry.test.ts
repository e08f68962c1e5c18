import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CancelledError, ConnectionError, RateLimitedError, TimeoutError, UpstreamError } from './errors.js';
import { retryDelayMs } from './retry.js';

const anyError = fc.oneof(
  fc
    .constantFrom('none' as const, 'unknown' as const)
    .map((effect) => new ConnectionError(effect, undefined)),
  fc.constantFrom('none' as const, 'unknown' as const).map((effect) => new CancelledError(effect)),
  fc.integer({ min: 400, max: 599 }).map((status) => new UpstreamError({ status })),
  fc.constant(new TimeoutError(1)),
  fc.constantFrom('local' as const, 'upstream' as const).map((source) => new RateLimitedError(source, 1)),
);

describe('the decision to repeat a call', () => {
  it('is never taken for a write that may have taken effect', () => {
    fc.assert(
      fc.property(
        anyError,
        fc.nat(3),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (error, retries, random) => {
          const delay = retryDelayMs(error, { safe: false, retries, maxRetries: 5, random });
          return delay === undefined || error.effect === 'none';
        },
      ),
    );
  });

  it('is never taken more often than the call allows', () => {
    fc.assert(
      fc.property(anyError, fc.boolean(), fc.nat(5), fc.nat(5), (error, safe, maxRetries, more) => {
        const retries = maxRetries + more;
        return retryDelayMs(error, { safe, retries, maxRetries, random: 0 }) === undefined;
      }),
    );
  });

  it('is left to the limiter after a 429', () => {
    expect(
      retryDelayMs(new RateLimitedError('upstream', 60), {
        safe: false,
        retries: 0,
        maxRetries: 2,
        random: 0,
      }),
    ).toBe(0);
    expect(
      retryDelayMs(new RateLimitedError('local', 60), { safe: true, retries: 0, maxRetries: 2, random: 0 }),
    ).toBeUndefined();
  });

  it('waits longer each time up to 8 s, spread over half of the time', () => {
    const error = new ConnectionError('none', undefined);
    const delay = (retries: number, random: number) =>
      retryDelayMs(error, { safe: true, retries, maxRetries: 9_999, random });
    expect([delay(0, 0), delay(0, 0.5), delay(1, 0), delay(1, 0.5)]).toEqual([125, 187.5, 250, 375]);
    expect([delay(5, 0), delay(6, 0), delay(9_998, 0)]).toEqual([4_000, 4_000, 4_000]);
  });

  it.each([
    ['a write that did not reach the API', new ConnectionError('none', undefined), false, 250],
    ['a write that may have reached it', new ConnectionError('unknown', undefined), false, undefined],
    ['a write that an overloaded machine answered', new UpstreamError({ status: 503 }), false, undefined],
    ['a write that ran into its deadline', new TimeoutError(1), false, undefined],
    ['a list that lost its connection', new ConnectionError('unknown', undefined), true, 250],
    ['a list that ran into its deadline', new TimeoutError(1), true, undefined],
    ['a list that was cancelled', new CancelledError('none'), true, undefined],
    ...[400, 500, 501, 505, 520].map(
      (status) => [`a list after ${status}`, new UpstreamError({ status }), true, undefined] as const,
    ),
    ...[502, 503, 504].map(
      (status) => [`a list after ${status}`, new UpstreamError({ status }), true, 250] as const,
    ),
    [
      'a list whose API asks for less than the backoff',
      new UpstreamError({ status: 503, retryAfterSeconds: 0 }),
      true,
      250,
    ],
    [
      'a list whose API asks for up to 5 s',
      new UpstreamError({ status: 503, retryAfterSeconds: 5 }),
      true,
      5_000,
    ],
    [
      'a list whose API asks for more',
      new UpstreamError({ status: 503, retryAfterSeconds: 6 }),
      true,
      undefined,
    ],
  ] as const)('is what the error and the operation say: %s', (_, error, safe, delay) => {
    expect(retryDelayMs(error, { safe, retries: 1, maxRetries: 2, random: 0 })).toBe(delay);
  });
});
