import { describe, expect, it } from 'vitest';
import { type ConfigSources, readConfig } from './config.js';
import { leadingTo } from './sandbox.js';

const canary = 'canary-token-5f2a';
const sandbox = { url: 'http://127.0.0.1:4010/api', token: 'sandbox-token' };

function sources(environment: Record<string, string>, flags: ConfigSources['flags'] = {}): ConfigSources {
  return {
    flags,
    environment,
    platform: 'linux',
    home: '/home/jan',
    readFile: () => canary,
  };
}

describe('with a sandbox', () => {
  it.each([{}, { WEMASY_STATE: '' }])(
    'no token is needed, and state is kept in memory: %j',
    (environment) => {
      const { config, faults } = readConfig(leadingTo(sandbox, sources(environment)));
      expect(faults).toEqual([]);
      expect(config).toMatchObject({
        WEMASY_API_URL: sandbox.url,
        token: sandbox.token,
        state: { kind: 'memory' },
      });
    },
  );

  it.each([
    [{ WEMASY_API_TOKEN: canary, WEMASY_API_URL: 'https://api.wemasy.nl/api' }, {}],
    [{ WEMASY_API_TOKEN: canary, WEMASY_API_TOKEN_FILE: '/run/token' }, {}],
    [{ WEMASY_API_TOKEN: '${input:token}' }, {}],
    [{}, { 'api-token-file': '/run/token', 'api-url': 'https://api.wemasy.nl/api' }],
  ])('neither token nor address of an account count: %j %j', (environment, flags) => {
    const led = leadingTo(sandbox, sources(environment, flags));
    const { config, faults } = readConfig(led);
    expect(faults).toEqual([]);
    expect(config).toMatchObject({ WEMASY_API_URL: sandbox.url, token: sandbox.token });
    expect(JSON.stringify(led)).not.toContain(canary);
  });

  it('limits of an account do not count: the sandbox has the documented ones', () => {
    const led = leadingTo(
      sandbox,
      sources({ WEMASY_RATE_LIMITS: 'listOrders=120/60' }, { 'rate-limits': 'syncOrder=10/60' }),
    );
    expect(readConfig(led).config.WEMASY_RATE_LIMITS).toEqual({});
  });

  it.each([
    [{ WEMASY_STATE: '/srv/state' }, {}],
    [{}, { state: '/srv/state' }],
  ])('everything else counts as ever: %j %j', (environment, flags) => {
    const led = leadingTo(sandbox, sources({ WEMASY_PERSONAL_DATA: 'full', ...environment }, flags));
    expect(readConfig(led).config).toMatchObject({
      WEMASY_PERSONAL_DATA: 'full',
      state: { kind: 'folder', folder: '/srv/state' },
    });
  });
});
