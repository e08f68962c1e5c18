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
          const delay = retryDelayMs(error, { safe: false, retries, random });
          return delay === undefined || error.effect === 'none';
        },
      ),
    );
  });

  it('is never taken a third time', () => {
    fc.assert(
      fc.property(
        anyError,
        fc.boolean(),
        fc.integer({ min: 2, max: 9 }),
        (error, safe, retries) => retryDelayMs(error, { safe, retries, random: 0 }) === undefined,
      ),
    );
  });

  it('is left to the limiter after a 429', () => {
    expect(retryDelayMs(new RateLimitedError('upstream', 60), { safe: false, retries: 0, random: 0 })).toBe(
      0,
    );
    expect(
      retryDelayMs(new RateLimitedError('local', 60), { safe: true, retries: 0, random: 0 }),
    ).toBeUndefined();
  });

  it('waits longer each time, spread over half of the time', () => {
    const error = new ConnectionError('none', undefined);
    const delay = (retries: number, random: number) => retryDelayMs(error, { safe: true, retries, random });
    expect([delay(0, 0), delay(0, 0.5), delay(1, 0), delay(1, 0.5)]).toEqual([125, 187.5, 250, 375]);
  });
});
