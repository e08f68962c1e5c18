import { operations, productionUrl } from '@wemasy-orders/client/operations';
import { describe, expect, it } from 'vitest';
import { type ConfigSources, describeSettings, readConfig } from './config.js';

const canary = 'canary-token-5f2a';

function read(environment: Record<string, string>, more: Partial<ConfigSources> = {}) {
  return readConfig({
    flags: {},
    environment,
    platform: 'linux',
    home: '/home/jan',
    readFile: () => {
      throw new Error('no such file');
    },
    ...more,
  });
}

describe('the configuration', () => {
  it('needs nothing but a token', () => {
    const { config, faults } = read({ WEMASY_API_TOKEN: canary });
    expect(faults).toEqual([]);
    expect(config).toEqual({
      token: canary,
      WEMASY_ACCOUNT: 'the only account of the API',
      WEMASY_API_URL: productionUrl,
      WEMASY_STATE: '`.wemasy-orders` in the home folder of the user',
      state: { kind: 'folder', folder: '/home/jan/.wemasy-orders' },
      WEMASY_ACCEPT_VOLATILE_JOURNAL: false,
      WEMASY_READ_ONLY: false,
      WEMASY_PERSONAL_DATA: 'names',
      WEMASY_ANSWER_WITHIN_MS: 55_000,
      WEMASY_TIMEOUT_MS: 30_000,
      WEMASY_MAX_WAIT_MS: 45_000,
      WEMASY_RATE_LIMITS: {},
      WEMASY_LOG_LEVEL: 'info',
    });
  });

  it('asks for a place where the user has no home folder to write to', () => {
    const { config, faults } = read({ WEMASY_API_TOKEN: canary }, { home: undefined });
    expect(config.state).toBeUndefined();
    expect(faults).toEqual([
      'WEMASY_STATE must be set to the absolute path of a folder: this user has no home folder that can be written to.',
    ]);
    expect(read({ WEMASY_API_TOKEN: canary, WEMASY_STATE: '/state' }, { home: undefined }).faults).toEqual(
      [],
    );
  });

  it('takes the token from a file, without the line break at its end', () => {
    const { config, faults } = read(
      { WEMASY_API_TOKEN_FILE: '/run/token' },
      { readFile: (path) => `${path}!\n` },
    );
    expect(faults).toEqual([]);
    expect(config.token).toBe('/run/token!');
  });

  it('lets a flag win over its variable', () => {
    const flags = { 'personal-data': 'none', 'read-only': true };
    const { config } = read({ WEMASY_API_TOKEN: canary, WEMASY_PERSONAL_DATA: 'full' }, { flags });
    expect(config).toMatchObject({ WEMASY_PERSONAL_DATA: 'none', WEMASY_READ_ONLY: true });
  });

  const tenInHalfAMinute = { limit: 10, windowSeconds: 30 };
  it.each([
    ['listOrders=120/60', { listOrders: { limit: 120, windowSeconds: 60 } }],
    ['listOrders=10/30, syncOrder=10/30', { listOrders: tenInHalfAMinute, syncOrder: tenInHalfAMinute }],
  ])('reads limits that differ from the documented ones: %s', (text, limits) => {
    const { config } = read({ WEMASY_API_TOKEN: canary, WEMASY_RATE_LIMITS: text });
    expect(config.WEMASY_RATE_LIMITS).toEqual(limits);
  });

  it.each(['on', 'true', '1'])('takes %s for on', (value) => {
    expect(read({ WEMASY_API_TOKEN: canary, WEMASY_READ_ONLY: value }).config.WEMASY_READ_ONLY).toBe(true);
  });

  it('treats an empty variable as one that is not set', () => {
    const { config, faults } = read({
      WEMASY_API_TOKEN: canary,
      WEMASY_API_TOKEN_FILE: '',
      WEMASY_TIMEOUT_MS: '',
      WEMASY_API_URL: '',
    });
    expect(faults).toEqual([]);
    expect(config).toMatchObject({ token: canary, WEMASY_TIMEOUT_MS: 30_000 });
  });

  it('takes the file that a flag names, whatever token the environment has', () => {
    const { config, faults } = read(
      { WEMASY_API_TOKEN: canary, WEMASY_API_TOKEN_FILE: '/run/other' },
      { flags: { 'api-token-file': '/run/token' }, readFile: (path) => path },
    );
    expect({ token: config.token, faults }).toEqual({ token: '/run/token', faults: [] });
  });

  it('has the defaults of the app where it has some', () => {
    const defaults = { WEMASY_LOG_LEVEL: 'warn' };
    const level = (given: string) =>
      read({ WEMASY_API_TOKEN: canary, WEMASY_LOG_LEVEL: given }, { defaults }).config.WEMASY_LOG_LEVEL;
    expect(['', 'debug', 'loud'].map(level)).toEqual(['warn', 'debug', 'warn']);
  });
});

describe('the token', () => {
  const faultOf = (WEMASY_API_TOKEN: string) => read({ WEMASY_API_TOKEN }).faults.join();

  it.each([
    [`"${canary}"`, 'is wrapped in quotes'],
    [`'${canary}'`, 'is wrapped in quotes'],
    [`“${canary}”`, 'is wrapped in quotes'],
    ['%WEMASY_TOKEN%', 'is the literal name of a variable (%NAME%)'],
    ['$WEMASY_TOKEN', 'is the literal name of a variable ($NAME)'],
    ['$env:WEMASY_TOKEN', 'is the literal name of a variable ($NAME)'],
    [`Bearer ${canary}`, 'begins with "Bearer"'],
  ])('%s is refused with the remedy, and not repeated', (token, fault) => {
    expect(faultOf(token)).toContain(`WEMASY_API_TOKEN ${fault}`);
    expect(faultOf(token)).not.toContain(canary);
  });

  it.each(['$2y$10$abc', '12|abc', 'a%b%'])('%s is a token', (token) => {
    expect(faultOf(token)).toBe('');
  });

  it('is read from a file below the home folder, without its byte order mark', () => {
    const paths: string[] = [];
    const { config, faults } = read(
      { WEMASY_API_TOKEN_FILE: '~/token' },
      { readFile: (path) => (paths.push(path), `\uFEFF${canary}\r\n`) },
    );
    expect(paths).toEqual(['/home/jan/token']);
    expect({ token: config.token, faults }).toEqual({ token: canary, faults: [] });
  });

  it.each(['utf16le', 'latin1'] as const)(
    'in a file that is not UTF-8 (%s) is refused as that',
    (encoding) => {
      const text = Buffer.from(`\uFEFF${canary}é`, encoding).toString('utf8');
      const { faults } = read({ WEMASY_API_TOKEN_FILE: '/token' }, { readFile: () => text });
      expect(faults.join()).toMatch(/^WEMASY_API_TOKEN_FILE names a file that is not UTF-8 text \(UTF-16/);
    },
  );
});

describe('the name of the account', () => {
  const nameOf = (WEMASY_ACCOUNT: string) => {
    const { config, faults } = read({ WEMASY_API_TOKEN: canary, WEMASY_ACCOUNT });
    return { name: config.WEMASY_ACCOUNT, faults };
  };

  it.each(['shop-a', ' shop-a', 'shop-a ', 'Shop-A', 'SHOP-A\t', 'ｓｈｏｐ－ａ'])(
    'is one: %j',
    (spelling) => {
      expect(nameOf(spelling)).toEqual({ name: 'shop-a', faults: [] });
    },
  );

  it.each(['', ' ', '\u00a0'])('is none where a client emptied it: %j', (spelling) => {
    expect(nameOf(spelling)).toEqual({ name: 'the only account of the API', faults: [] });
  });

  it.each(['"shop-a"', '%SHOP%', '$SHOP', 'a/b', '\u200b', `${'a'.repeat(65)}`])(
    'is refused: %j',
    (spelling) => {
      expect(nameOf(spelling).faults).toEqual([expect.stringMatching(/^WEMASY_ACCOUNT must /)]);
    },
  );
});

describe('a faulty configuration', () => {
  it('reports all faults at once and keeps what is understood', () => {
    const { config, faults } = read({
      WEMASY_READ_ONLY: 'on',
      WEMASY_PERSONAL_DATA: 'everything',
      WEMASY_TIMEOUT_MS: '30s',
      WEMASY_MAX_WAIT_MS: '-1',
      WEMASY_RATE_LIMITS: 'listOrders=many',
      WEMASY_LOG_LEVEL: 'loud',
      WEMASY_STATE: 'state',
      WEMASY_API_URL: '${URL}',
    });
    const limits = Object.values(operations)
      .map(
        ({ operationId, rateLimit: { limit, windowSeconds } }) =>
          `${operationId}=${2 * limit}/${windowSeconds}`,
      )
      .join();
    expect(faults.map((fault) => fault.replace(limits, 'LIMITS'))).toMatchInlineSnapshot(`
      [
        "WEMASY_API_TOKEN is not set (or WEMASY_API_TOKEN_FILE instead).",
        "WEMASY_API_URL contains the literal text \${…}: the assistant did not fill the variable in; write the value itself.",
        "WEMASY_PERSONAL_DATA must be none, names or full.",
        "WEMASY_TIMEOUT_MS must be a whole number of milliseconds.",
        "WEMASY_MAX_WAIT_MS must be a whole number of milliseconds.",
        "WEMASY_RATE_LIMITS must look like LIMITS.",
        "WEMASY_LOG_LEVEL must be one of silent, error, warn, info, debug, trace.",
        "WEMASY_STATE must be memory, redis://…, rediss://… or the absolute path of a folder.",
      ]
    `);
    expect(config).toMatchObject({ WEMASY_READ_ONLY: true, token: '', state: undefined });
  });

  it.each([
    ['no token', {}, 'WEMASY_API_TOKEN is not set'],
    ['an empty token', { WEMASY_API_TOKEN: ' ' }, 'WEMASY_API_TOKEN is empty'],
    ['a token that is a placeholder', { WEMASY_API_TOKEN: '${WEMASY_TOKEN}' }, 'literal text ${…}'],
    ['both kinds of token', { WEMASY_API_TOKEN: canary, WEMASY_API_TOKEN_FILE: 'x' }, 'are both set'],
    ['a token file that is missing', { WEMASY_API_TOKEN_FILE: 'x' }, 'cannot be read'],
    ['a placeholder in the token', { WEMASY_API_TOKEN: 'key-${WEMASY_TOKEN}' }, 'literal text ${…}'],
    [
      'a token file that is a placeholder',
      { WEMASY_API_TOKEN_FILE: '${HOME}/token' },
      'WEMASY_API_TOKEN_FILE contains the literal',
    ],
    [
      'a token that HTTP forbids',
      { WEMASY_API_TOKEN: `${canary} ` + 'x' },
      'WEMASY_API_TOKEN contains a space',
    ],
  ])('names it: %s', (_, environment, fault) => {
    const { config, faults } = read(environment);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
    expect(faults[0]).not.toContain(canary);
    expect(config.token).toBe('');
  });

  it.each([
    ['\n', 'is empty.'],
    [`${canary}\n${canary}\n`, 'contains a space, a line break or another character no token has.'],
    ['${WEMASY_TOKEN}\n', 'contains the literal text ${…}: '],
  ])('names a token file that holds %j', (text, fault) => {
    const { config, faults } = read({ WEMASY_API_TOKEN_FILE: 'x' }, { readFile: () => text });
    expect(faults).toEqual([expect.stringContaining(`WEMASY_API_TOKEN_FILE names a file that ${fault}`)]);
    expect(faults.join()).not.toContain(canary);
    expect(config.token).toBe('');
  });

  it.each([
    ['WEMASY_API_URL', 'https://${HOST}/api'],
    ['WEMASY_STATE', '/var/lib/${USER}/orders'],
    ['WEMASY_STATE', 'redis://${REDIS_HOST}:6379'],
  ])('names a placeholder in %s, wherever it is: %s', (variable, value) => {
    const { config, faults } = read({ WEMASY_API_TOKEN: canary, [variable]: value });
    expect(faults).toEqual([expect.stringContaining(`${variable} contains the literal text \${…}`)]);
    expect(config.state === undefined).toBe(variable === 'WEMASY_STATE');
  });

  it.each([
    ['api.wemasy.nl', 'is not a URL'],
    ['http://api.wemasy.nl/api', 'must start with https://'],
    ['https://user:secret@api.wemasy.nl', 'must not contain a user, a password'],
  ])('names the address, with all other faults: %s', (url, fault) => {
    const { faults } = read({ WEMASY_API_TOKEN: 'a b', WEMASY_API_URL: url });
    expect(faults).toEqual([
      expect.stringContaining('WEMASY_API_TOKEN contains a space'),
      expect.stringContaining(`WEMASY_API_URL ${fault}`),
    ]);
    expect(faults.join()).not.toContain('secret');
  });
});

describe('the description of the settings', () => {
  it('has no flag for the token', () => {
    expect(describeSettings().find(({ variable }) => variable === 'WEMASY_API_TOKEN')?.flag).toBeUndefined();
  });

  it('says what each means', () => {
    for (const { variable, meaning, shownDefault } of describeSettings()) {
      expect(meaning, variable).not.toBe('');
      expect(shownDefault, variable).not.toBe('');
    }
  });
});
