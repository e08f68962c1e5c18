import { expect, test } from 'vitest';
import { parseRedisUrl } from './url.js';

const none = { username: undefined, password: undefined };

test.each([
  [
    'redis://localhost',
    { kind: 'single', nodes: [{ host: 'localhost', port: 6379 }], isTls: false, database: 0 },
  ],
  ['rediss://db.example:6380/3', { nodes: [{ host: 'db.example', port: 6380 }], isTls: true, database: 3 }],
  ['redis://[::1]:7000', { nodes: [{ host: '::1', port: 7000 }] }],
  ['redis://:p%40ss@h', { username: undefined, password: 'p@ss' }],
  ['redis://jan:a:b@h', { username: 'jan', password: 'a:b' }],
  [
    'redis-sentinel://one,two:26380/2#shop',
    {
      kind: 'sentinel',
      nodes: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 26380 },
      ],
      masterName: 'shop',
      database: 2,
    },
  ],
  ['redis+sentinel://one/shop/2', { kind: 'sentinel', masterName: 'shop', database: 2 }],
  ['rediss+sentinel://:secret@one/shop', { kind: 'sentinel', isTls: true, password: 'secret' }],
  [
    'redis-sentinel://:data@one/0?sentinel_username=jan&sentinel_password=p%40ss#shop',
    { masterName: 'shop', password: 'data', sentinelUsername: 'jan', sentinelPassword: 'p@ss' },
  ],
  ['redis+sentinel://one/shop?sentinel_password=secret', { masterName: 'shop', sentinelPassword: 'secret' }],
  ['redis-cluster://a:7000,b:7001', { kind: 'cluster', database: 0 }],
  ['rediss+cluster://a', { kind: 'cluster', isTls: true, nodes: [{ host: 'a', port: 6379 }] }],
])('%s is understood', (url, expected) => {
  expect(parseRedisUrl(url)).toMatchObject({ ...none, ...expected });
});

test.each([
  'http://localhost',
  'redis:localhost',
  'redis://',
  'redis://a,b',
  'redis://a:0',
  'redis://a:65536',
  'redis://a/b',
  'redis://a/1/2',
  'redis://a#b',
  'redis://:%zz@a',
  'redis-sentinel://a',
  'redis-sentinel://a,/0#shop',
  'redis-sentinel://a?password=secret#shop',
  'redis://a?sentinel_password=secret',
  'redis-cluster://a/1',
  'redis-other://a',
  '/var/lib/orders',
  '',
])('%j is none', (url) => {
  expect(parseRedisUrl(url)).toBeUndefined();
});

test.each([
  ['redis://jan:secret@h:1/2', 'redis://h:1/2'],
  ['redis-sentinel://:secret@a,b/#shop', 'redis-sentinel://a:26379,b:26379/0#shop'],
  ['redis-sentinel://a?sentinel_password=secret#shop', 'redis-sentinel://a:26379/0#shop'],
  ['redis-cluster://:secret@[::1]', 'redis-cluster://localhost:6379'],
  ['redis://LOCALHOST/', 'redis://localhost:6379/0'],
  ['redis://127.0.0.1:6379', 'redis://localhost:6379/0'],
  ['redis://127.1', 'redis://localhost:6379/0'],
  ['redis://Redis.Example./00', 'redis://redis.example:6379/0'],
  ['redis://[FE80::1]', 'redis://[fe80::1]:6379/0'],
  ['redis://127.example', 'redis://127.example:6379/0'],
])('%s is described without its password', (url, description) => {
  expect(parseRedisUrl(url)?.description).toBe(description);
});
