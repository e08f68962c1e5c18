import { once } from 'node:events';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  apiNamespace,
  isLoopback,
  isSandbox,
  loopbackListener,
  normalizeBaseUrl,
  tokenFingerprint,
} from './api-identity.js';

describe('the spelling of a base URL', () => {
  it.each([
    'https://api.wemasy.nl/api',
    'https://API.Wemasy.NL/api',
    'https://api.wemasy.nl:443/api/',
    'https://api.wemasy.nl./api',
    'https://api.wemasy.nl//api//',
    'https://api.wemasy.nl/x/../api',
    'https://api.wemasy.nl/%61p%69',
  ])('makes no difference: %s', (spelling) => {
    expect(normalizeBaseUrl(spelling)).toBe('https://api.wemasy.nl/api');
    expect(apiNamespace(spelling)).toBe(apiNamespace('https://api.wemasy.nl/api'));
  });

  it.each([
    'http://api.wemasy.nl/api',
    'https://api.wemasy.nl:8443/api',
    'https://api.wemasy.nl/API',
    'https://api.wemasy.nl/a%2Fpi',
    'https://api.wemasy.com/api',
  ])('is another API: %s', (other) => {
    expect(apiNamespace(other)).not.toBe(apiNamespace('https://api.wemasy.nl/api'));
  });

  it('is the same when it is normalised again', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: false, withFragments: false }), (url) => {
        expect(normalizeBaseUrl(normalizeBaseUrl(url))).toBe(normalizeBaseUrl(url));
      }),
    );
  });
});

describe('a token', () => {
  it('is named without giving it away, and by another name at another API', () => {
    const [here, there] = ['https://a.example/api', 'https://b.example/api'];
    expect(tokenFingerprint(here, 'canary')).toMatch(/^[\da-f]{32}$/);
    expect(tokenFingerprint(here, 'canary')).toBe(tokenFingerprint(`${here}/`, 'canary'));
    expect(tokenFingerprint(here, 'canary')).not.toBe(tokenFingerprint(there, 'canary'));
    expect(tokenFingerprint(here, 'canary')).not.toBe(tokenFingerprint(here, 'other'));
  });

  it('of the sandbox counts as one on this machine only', () => {
    expect(isSandbox('http://127.0.0.1:4010/api', 'sandbox-full-access')).toBe(true);
    expect(isSandbox('http://127.0.0.1:4010/api', 'token')).toBe(false);
    expect(isSandbox('https://api.wemasy.nl/api', 'sandbox-full-access')).toBe(false);
    expect(['http://localhost:1', 'http://[::1]:1', 'http://127.1.2.3'].every(isLoopback)).toBe(true);
  });
});

it.runIf(process.platform === 'linux')(
  'distinguishes a server from a later one at the same port',
  async () => {
    const listen = async (port: number) => {
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
      const url = `http://127.0.0.1:${address.port}/api`;
      const name = loopbackListener(url);
      expect(loopbackListener(url)).toBe(name);
      server.close();
      await once(server, 'close');
      return { name, url, port: address.port };
    };
    const first = await listen(0);
    const second = await listen(first.port);
    expect(first.name).toMatch(/^\d+$/);
    expect(second.name).toMatch(/^\d+$/);
    expect(second.name).not.toBe(first.name);
    expect(loopbackListener(first.url)).toBeUndefined();
  },
);
