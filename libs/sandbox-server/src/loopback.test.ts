import { describe, expect, it } from 'vitest';
import { isLoopbackAddress, isLoopbackName } from './loopback.js';

describe('the remote address of a connection', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])(
    '%s is this machine',
    (address) => expect(isLoopbackAddress(address)).toBe(true),
  );

  it.each([
    '192.168.1.5',
    '10.0.0.1',
    '::ffff:10.0.0.1',
    'fe80::1',
    '::',
    '1127.0.0.1',
    '127.0.0.1.evil',
    '',
  ])('%s is not', (address) => expect(isLoopbackAddress(address)).toBe(false));

  it('undefined is not', () => {
    expect(isLoopbackAddress(undefined)).toBe(false);
  });
});

describe('a host name', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]'])('%s is this machine', (name) =>
    expect(isLoopbackName(name)).toBe(true),
  );

  it.each(['127.0.0.1.example.com', 'localhost.example.com', 'example.com', '192.168.1.5'])(
    '%s may belong to another machine',
    (name) => expect(isLoopbackName(name)).toBe(false),
  );
});
