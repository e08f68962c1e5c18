import { describe, expect, it } from 'vitest';
import { isUnsent } from './unsent.js';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('a failed fetch', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'CERT_HAS_EXPIRED', 'UND_ERR_CONNECT_TIMEOUT'])(
    'with %s has sent nothing',
    (code) => {
      expect(isUnsent(new TypeError('fetch failed', { cause: failure(code) }))).toBe(true);
    },
  );

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT'])(
    'with %s may have sent the request',
    (code) => {
      expect(isUnsent(new TypeError('fetch failed', { cause: failure(code) }))).toBe(false);
    },
  );

  it('has sent nothing only if each address that was tried failed before that', () => {
    const refused = failure('ECONNREFUSED');
    const tried = (...errors: Error[]) =>
      new TypeError('fetch failed', { cause: new AggregateError(errors) });
    expect(isUnsent(tried(refused, failure('ENETUNREACH')))).toBe(true);
    expect(isUnsent(tried(refused, failure('ECONNRESET')))).toBe(false);
    expect(isUnsent(tried())).toBe(false);
  });

  it('of an unknown kind may have sent it', () => {
    expect(isUnsent('refused')).toBe(false);
    expect(isUnsent(new TypeError('terminated'))).toBe(false);
  });
});
