import { expect, test } from 'vitest';
import { accountNamespace } from './namespace.js';

const TOKEN = 'a-token-that-stays-secret';
const API = 'https://api.example.test/api';

test('is a short name of hexadecimal digits that does not contain the token', () => {
  const namespace = accountNamespace(API, TOKEN);
  expect(namespace).toMatch(/^[0-9a-f]{32}$/);
  expect(namespace).not.toContain(Buffer.from(TOKEN).toString('hex').slice(0, 8));
});

test('stays the same over versions, since it is part of stored keys', () => {
  expect(accountNamespace(API, TOKEN)).toBe('76b211af4031a30b73177314971dec94');
});

test.each([
  'https://API.example.test/api/',
  'https://api.example.test:443/api//',
  'https://api.example.test/api?x=1#y',
])('is the same for %s, the same address', (spelling) => {
  expect(accountNamespace(spelling, TOKEN)).toBe(accountNamespace(API, TOKEN));
});

test.each([
  'http://api.example.test/api',
  'https://api.example.test/v2',
  'https://api.example.test:8443/api',
])('differs for %s', (other) => {
  expect(accountNamespace(other, TOKEN)).not.toBe(accountNamespace(API, TOKEN));
});

test('differs for another account', () => {
  expect(accountNamespace(API, 'another')).not.toBe(accountNamespace(API, TOKEN));
});

test('refuses an empty account and a relative URL', () => {
  expect(() => accountNamespace(API, '')).toThrow(TypeError);
  expect(() => accountNamespace('api.example.test', TOKEN)).toThrow(TypeError);
});
