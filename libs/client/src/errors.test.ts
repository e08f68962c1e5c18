import { describe, expect, it, vi } from 'vitest';
import * as classes from './errors.js';
import { isOrdersError } from './is-orders-error.js';

const errors = { ...classes, isOrdersError };

/** Another copy of the module, as two versions of the package in one program are. */
async function anotherCopy(): Promise<typeof errors> {
  vi.resetModules();
  return { ...(await import('./errors.js')), ...(await import('./is-orders-error.js')) };
}

describe('an error of the product', () => {
  it('is recognised when another copy of the package threw it', async () => {
    const other = await anotherCopy();
    const error = new other.RateLimitedError('local', 7);
    expect(error).not.toBeInstanceOf(errors.OrdersError);
    expect(errors.isOrdersError(error)).toBe(true);
    expect(other.isOrdersError(new errors.TimeoutError(5))).toBe(true);
  });

  it('is recognised when a class that another package derived is thrown', () => {
    class JournalError extends errors.OrdersError {
      readonly code = 'already_synced';
    }
    const error = new JournalError('Sent.', { source: 'local', retryable: false, effect: 'none' });
    expect(errors.isOrdersError(error)).toBe(true);
  });

  it.each([
    ['an error of Node', Object.assign(new Error('no'), { code: 'ENOENT' })],
    ['an error that only has a code of ours', Object.assign(new Error('no'), { code: 'rate_limited' })],
    ['a code that this version does not know', Object.assign(new errors.TimeoutError(5), { code: 'moved' })],
    ['no error at all', { code: 'rate_limited', message: 'no' }],
    ['nothing', undefined],
  ])('is not %s', (_, thrown) => {
    expect(errors.isOrdersError(thrown)).toBe(false);
  });

  it('shows its brand in no dump', () => {
    const dump = JSON.stringify(Object.getOwnPropertyDescriptors(new errors.TimeoutError(5)));
    expect(dump).not.toContain('brand');
    expect(Object.getOwnPropertySymbols(new errors.TimeoutError(5))).toEqual([]);
  });
});

it.each(['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'])(
  'a certificate that Node does not trust (%s) names the remedy',
  (reason) => {
    expect(new errors.ConnectionError('none', reason).message).toContain('NODE_EXTRA_CA_CERTS');
    expect(new errors.ConnectionError('none', 'ECONNREFUSED').message).not.toContain('NODE_EXTRA_CA_CERTS');
  },
);
