import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isUnsent } from './unsent.js';

function failure(code: string, syscall?: string): Error {
  return Object.assign(new Error(code), { code }, syscall === undefined ? {} : { syscall });
}

function fetchFailed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

describe('a failed fetch', () => {
  it.each([
    ['ECONNREFUSED', 'connect'],
    ['EHOSTUNREACH', 'connect'],
    ['ETIMEDOUT', 'connect'],
    ['ENOTFOUND', 'getaddrinfo'],
    ['UND_ERR_CONNECT_TIMEOUT', undefined],
  ])('with %s from %s has sent nothing', (code, syscall) => {
    expect(isUnsent(fetchFailed(failure(code, syscall)))).toBe(true);
  });

  it.each([
    ['ECONNRESET', 'read'],
    ['EPIPE', 'write'],
    ['UND_ERR_SOCKET', undefined],
    ['UND_ERR_HEADERS_TIMEOUT', undefined],
    ['CERT_HAS_EXPIRED', undefined],
  ])('with %s from %s may have sent the request', (code, syscall) => {
    expect(isUnsent(fetchFailed(failure(code, syscall)))).toBe(false);
  });

  it.each(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNREFUSED'])(
    'with %s on an established connection may have sent the request',
    (code) => {
      expect(isUnsent(fetchFailed(failure(code, 'read')))).toBe(false);
      expect(isUnsent(fetchFailed(failure(code)))).toBe(false);
    },
  );

  it('has sent nothing only if every address failed to connect', () => {
    const refused = failure('ECONNREFUSED', 'connect');
    const tried = (...errors: Error[]) => fetchFailed(new AggregateError(errors));
    expect(isUnsent(tried(refused, failure('ENETUNREACH', 'connect')))).toBe(true);
    expect(isUnsent(tried(refused, failure('ECONNRESET', 'read')))).toBe(false);
    expect(isUnsent(tried())).toBe(false);
  });

  it('has sent nothing if the port is closed or the host name is unknown', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await new Promise((resolve) => server.close(resolve));
    for (const url of [`http://127.0.0.1:${port}/`, 'http://unknown.invalid/']) {
      expect(isUnsent(await fetch(url).catch((error: unknown) => error))).toBe(true);
    }
  });

  it.each([
    ['a system call', { syscall: 7, code: 'UND_ERR_CONNECT_TIMEOUT' }],
    ['a code', { code: 7, cause: failure('ECONNREFUSED', 'connect') }],
    ['either', { syscall: null, code: undefined, cause: failure('ECONNREFUSED', 'connect') }],
  ])('with something else in the place of %s is judged by what remains', (_, facts) => {
    expect(isUnsent(Object.assign(new Error('no'), facts))).toBe(true);
  });

  it('of an unknown kind may have sent the request', () => {
    expect(isUnsent('refused')).toBe(false);
    expect(isUnsent(new TypeError('terminated'))).toBe(false);
  });
});
