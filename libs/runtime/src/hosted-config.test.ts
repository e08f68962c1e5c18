import { describe, expect, it } from 'vitest';
import { readHostedConfig } from './hosted-config.js';

const oauth = {
  WEMASY_AUTH: 'oauth',
  WEMASY_PUBLIC_URL: 'https://orders.example.com/mcp',
  WEMASY_OAUTH_ISSUER: 'https://id.example.com/',
  WEMASY_KEY_FILE: '~/key',
};

function read(environment: Record<string, string>, flags: Record<string, string> = {}) {
  return readHostedConfig({
    flags,
    environment,
    platform: 'linux',
    home: '/home/jan',
    readFile: () => {
      throw new Error('no such file');
    },
  });
}

describe('the configuration of a hosted server', () => {
  it('is none without WEMASY_AUTH', () => {
    expect(read({ WEMASY_PUBLIC_URL: 'nonsense' })).toBeUndefined();
  });

  it('needs no API token', () => {
    const { config, faults } = read(oauth) ?? {};
    expect(faults).toEqual([]);
    expect(config).toMatchObject({
      ...oauth,
      WEMASY_KEY_FILE: '/home/jan/key',
      WEMASY_OAUTH_ALGORITHMS: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      WEMASY_MAX_CALLS_PER_PRINCIPAL: 16,
      WEMASY_DRAIN_MS: 5_000,
      token: '',
    });
  });

  it('lets a flag win over its variable', () => {
    expect(read(oauth, { 'drain-ms': '0' })?.config?.WEMASY_DRAIN_MS).toBe(0);
  });

  it.each([
    ['https://orders.example.com', 'https://orders.example.com'],
    ['https://orders.example.com/', 'https://orders.example.com'],
    ['https://Orders.Example.com:443/mcp', 'https://orders.example.com/mcp'],
    ['http://127.0.0.1:4020/mcp', 'http://127.0.0.1:4020/mcp'],
    ['http://[::1]:4020', 'http://[::1]:4020'],
  ])('takes the public address %s', (given, read_) => {
    expect(read({ ...oauth, WEMASY_PUBLIC_URL: given })?.config?.WEMASY_PUBLIC_URL).toBe(read_);
  });

  it.each([
    ['WEMASY_AUTH', 'none'],
    ['WEMASY_AUTH', '${AUTH}'],
    ['WEMASY_PUBLIC_URL', ''],
    ['WEMASY_PUBLIC_URL', 'orders.example.com'],
    ['WEMASY_PUBLIC_URL', 'http://orders.example.com/mcp'],
    ['WEMASY_PUBLIC_URL', 'https://orders.example.com/shop/mcp'],
    ['WEMASY_PUBLIC_URL', 'https://orders.example.com/mcp?shop=1'],
    ['WEMASY_PUBLIC_URL', 'https://jan:secret@orders.example.com/mcp'],
    ['WEMASY_OAUTH_ISSUER', ''],
    ['WEMASY_OAUTH_ISSUER', 'http://id.example.com'],
    ['WEMASY_OAUTH_ALGORITHMS', 'none'],
    ['WEMASY_OAUTH_ALGORITHMS', 'RS256,HS256'],
    ['WEMASY_MAX_CALLS_PER_PRINCIPAL', '0'],
    ['WEMASY_DRAIN_MS', 'soon'],
    ['WEMASY_TIMEOUT_MS', 'soon'],
    ['WEMASY_API_TOKEN', 'canary-token'],
    ['WEMASY_API_TOKEN_FILE', '/run/token'],
    ['WEMASY_ACCOUNT', 'shop'],
  ])('names the fault of %s=%s', (name, value) => {
    const { config, faults = [] } = read({ ...oauth, [name]: value }) ?? {};
    expect(config).toBeUndefined();
    expect(faults.filter((fault) => !fault.startsWith(`${name} `))).toEqual([]);
    expect(faults).toHaveLength(1);
    expect(faults.join()).not.toContain('canary');
  });

  it('names everything that is missing at once', () => {
    const variables = (faults: readonly string[] = []) => faults.map((fault) => fault.split(' ')[0]);
    expect(variables(read({ WEMASY_AUTH: 'oauth' })?.faults)).toEqual([
      'WEMASY_PUBLIC_URL',
      'WEMASY_OAUTH_ISSUER',
      'WEMASY_SHOPS',
    ]);
    expect(variables(read({ WEMASY_AUTH: 'token' })?.faults)).toEqual(['WEMASY_PUBLIC_URL', 'WEMASY_SHOPS']);
  });
});
